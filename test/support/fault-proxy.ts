import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** What the way between two programs does to them. */
export type WayFault =
  /** Bytes pass, `latencyMs` late each way, at most `bytesPerSecond` back to the client. */
  | { readonly way: 'open'; readonly latencyMs?: number; readonly bytesPerSecond?: number }
  /** Connections are reset: those that there are, and new ones at once. */
  | { readonly way: 'reset' }
  /** Connections are taken, and nothing ever comes of them, nor of those that there are. */
  | { readonly way: 'black-hole' }
  /** What the client sends arrives, and no answer comes back. */
  | { readonly way: 'half-open' };

/** A TCP proxy that breaks the way between two programs. */
export interface FaultProxy {
  readonly port: number;
  /** What this client sees in place of the target, e.g. `http://127.0.0.1:1234`. */
  urlOf(protocol: string): string;
  /** From now on, for connections that there are as well. */
  set(fault: WayFault): void;
  /** Connections taken since the start. */
  readonly taken: number;
  close(): Promise<void>;
}

/** Starts a proxy towards a port of this machine; the way is open. The caller closes it. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let fault: WayFault = { way: 'open' };
  let taken = 0;
  const now = (): WayFault => fault;

  const server = createServer((client) => {
    taken += 1;
    if (fault.way === 'reset') {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const target = createConnection({ port: targetPort, host: '127.0.0.1' });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(one);
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.on('error', () => undefined);
    }
    client.pipe(createWay(now, 'there')).pipe(target);
    target.pipe(createWay(now, 'back')).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;

  return {
    port,
    urlOf: (protocol) => `${protocol}://127.0.0.1:${port}`,
    set(next) {
      fault = next;
      if (next.way === 'reset') for (const socket of sockets) socket.resetAndDestroy();
    },
    get taken() {
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One direction; what comes into a hole is gone for good, as on a network that swallows packets. */
function createWay(now: () => WayFault, direction: 'there' | 'back'): Transform {
  /** When the line is free again, where it is narrow. */
  let freeAtMs = 0;
  const onTheirWay = new Set<Promise<void>>();
  return new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      const fault = now();
      if (fault.way === 'open') {
        const { latencyMs = 0, bytesPerSecond = Infinity } = fault;
        const nowMs = performance.now();
        const paceMs = direction === 'back' ? (chunk.length / bytesPerSecond) * 1000 : 0;
        freeAtMs = Math.max(nowMs, freeAtMs) + paceMs;
        const arrival = delay(freeAtMs - nowMs + latencyMs).then(() => void this.push(chunk));
        onTheirWay.add(arrival);
        void arrival.finally(() => onTheirWay.delete(arrival));
        // Those behind it are on their way meanwhile, but for a line that is full.
        void delay(freeAtMs - nowMs).then(() => pass());
      } else if (fault.way === 'half-open' && direction === 'there') pass(null, chunk);
      else pass();
    },
    // What is on its way arrives before the end does.
    flush: (end) => void Promise.all(onTheirWay).then(() => end()),
  });
}
