// The least that Node's own server can do: the same bytes, with the same headers.
import { createServer } from 'node:http';
import { readBareAnswer } from './bare-answer.ts';

const { port, headers, body } = readBareAnswer();
const all = { ...headers, 'content-length': body.length };
createServer((_request, response) => {
  response.writeHead(200, all).end(body);
}).listen(port, '127.0.0.1');
