import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { listenHere } from '../../sample/listen.ts';

/** State of the connection between two programs. */
export type WayFault =
  /** Bytes pass, delayed by `latencyMs` each way, with at most `bytesPerSecond` towards the client. */
  | { readonly way: 'open'; readonly latencyMs?: number; readonly bytesPerSecond?: number }
  /** Existing and new connections are reset. */
  | { readonly way: 'reset' }
  /** Connections are accepted, but no bytes pass, in existing ones either. */
  | { readonly way: 'black-hole' }
  /** Requests arrive, but no bytes come back. */
  | { readonly way: 'half-open' };

/** A TCP proxy that breaks the connection between two programs. */
export interface FaultProxy {
  readonly port: number;
  /** URL of the proxy, e.g. `http://127.0.0.1:1234`. */
  urlOf(protocol: string): string;
  /** Applies to existing connections, too. */
  set(fault: WayFault): void;
  /** Connections accepted since the start. */
  readonly taken: number;
  close(): Promise<void>;
}

/** Starts an open proxy to a local port. The caller closes it. */
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
  const port = await listenHere(server);

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

/** Copies one direction; bytes sent into a hole are lost, as on a network that drops packets. */
function createWay(now: () => WayFault, direction: 'there' | 'back'): Transform {
  /** Time at which the line is free again, if the bandwidth is limited. */
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
        // Later chunks overlap with this delay, unless the bandwidth is used up.
        void delay(freeAtMs - nowMs).then(() => pass());
      } else if (fault.way === 'half-open' && direction === 'there') pass(null, chunk);
      else pass();
    },
    // Delayed chunks arrive before the end.
    flush: (end) => void Promise.all(onTheirWay).then(() => end()),
  });
}
