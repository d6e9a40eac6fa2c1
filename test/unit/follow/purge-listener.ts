import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const PURGE_KEY = 'key-of-the-tests';

/** How a node takes a purge; by default as it should. */
type Answerer = (response: ServerResponse, tags: readonly string[]) => void | Promise<void>;

/** A node's purge listener. */
export interface PurgeListener {
  readonly url: string;
  /** `Host` of all requests. */
  readonly hosts: ReadonlySet<string>;
  /** The tags of the requests that it has taken, one entry a request. */
  readonly taken: string[][];
  /** All of them, each once, sorted; forgets them. */
  takeTags(): string[];
  answers(answer: Answerer): void;
  /** Takes purges again. */
  isWell(): void;
  /** Nobody listens there any more; `start` listens at the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts one; it is stopped when the running test is over. */
export async function startPurgeListener(
  address = '127.0.0.1',
  chosenPort = 0,
): Promise<PurgeListener> {
  const hosts = new Set<string>();
  const taken: string[][] = [];
  const take: Answerer = (response, tags) => {
    taken.push([...tags]);
    response.end(JSON.stringify({ status: 200, purged: tags.length, refused: 0 }));
  };
  let answer = take;
  const server = createServer((request, response) => {
    hosts.add(String(request.headers.host));
    const tags = tagsOf(request);
    if (tags === undefined) response.writeHead(403).end();
    else void answer(response, tags);
  });
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const start = async (port: number): Promise<number> => {
    server.listen(port, address);
    await once(server, 'listening');
    return addressOf(server.address()).port;
  };
  const port = await start(chosenPort);
  onTestFinished(() => (server.listening ? stop() : undefined));
  return {
    url: `http://${address}:${port}`,
    hosts,
    taken,
    takeTags: () => [...new Set(taken.splice(0).flat())].toSorted(),
    answers: (next) => void (answer = next),
    isWell: () => void (answer = take),
    stop,
    start: async () => void (await start(port)),
  };
}

/** Undefined for whoever may not purge. */
function tagsOf({ method, url, headers }: IncomingMessage): string[] | undefined {
  const mayPurge = method === 'PURGE' && url === '/' && headers['x-purge-key'] === PURGE_KEY;
  return mayPurge ? String(headers['xkey-purge']).split(' ') : undefined;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('does not listen');
  return address;
}
