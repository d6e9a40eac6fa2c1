// The least that a Koa application can do: the same bytes, with the same headers.
import Koa from 'koa';
import { readBareAnswer } from './bare-answer.ts';

const { port, headers, body } = readBareAnswer();
const app = new Koa();
app.use((ctx) => {
  ctx.set(headers);
  ctx.body = body;
});
app.listen(port, '127.0.0.1');
