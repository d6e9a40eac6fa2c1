import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

/** What an upstream says, whatever it is. */
export interface Reply {
  readonly body: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An upstream that says what it was told to. */
export interface HostileUpstream {
  readonly url: string;
  /** Says this from now on where it is asked about the project; a list is said one by one, the last for good. */
  say(project: string, ...replies: readonly Reply[]): void;
  close(): Promise<void>;
}

/** A project of the JSON API and of the Simple API. */
const HONEST: Reply = {
  body: JSON.stringify({ info: { version: '1.0' }, urls: [], versions: ['1.0'], files: [] }),
};

/** Starts it on a free port; what it knows nothing of is an honest project of version 1.0. The caller closes it. */
export async function startHostileUpstream(): Promise<HostileUpstream> {
  const replies = new Map<string, readonly Reply[]>();
  const server = createServer((request, response) => {
    const [, project = ''] =
      /^\/(?:pypi|simple|api\/packages)\/([^/]+)/.exec(request.url ?? '') ?? [];
    const [next = HONEST, ...later] = replies.get(project) ?? [];
    if (later.length > 0) replies.set(project, later);
    response.writeHead(200, { 'content-type': 'application/json', ...next.headers });
    response.end(next.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    say: (project, ...all) => void replies.set(project, all),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
