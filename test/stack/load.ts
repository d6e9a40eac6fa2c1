import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

const CLIENTS = 16;
const MAX_REQUESTS = 5_000;
const MAX_FAULTS = 20;
/** What a client rests between two requests: load, not a flood. */
const REST_MS = 10;

/** What the clients saw. */
export interface LoadReport {
  readonly asked: number;
  readonly faults: readonly string[];
  /** How often each `X-Badge-Status` came. */
  readonly verdicts: Readonly<Record<string, number>>;
}

/** Clients that ask one request after the other, as long as the load is on. */
export interface Load {
  /** Resolves when so many more requests have been answered, or can be no more. */
  answered(more: number): Promise<void>;
  /** Ends the load. */
  stop(): Promise<LoadReport>;
}

/** Asks for what `pathOf` gives for the nth request. A fault is whatever is not a picture with status 200. */
export function startLoad(origin: string, pathOf: (number: number) => string): Load {
  const pool = new Pool(origin, { connections: CLIENTS });
  const faults: string[] = [];
  const verdicts: Record<string, number> = {};
  const state = { asked: 0, done: 0, isOn: true };

  const ask = async (path: string): Promise<void> => {
    const { statusCode, headers, body } = await pool.request({ path, method: 'GET' });
    const bytes = await body.bytes();
    const type = String(headers['content-type']);
    const verdict = String(headers['x-badge-status']);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    if (statusCode !== 200 || !type.startsWith('image/') || bytes.length === 0)
      faults.push(`${path}: ${statusCode} ${type}, ${bytes.length} bytes`);
  };
  const client = async (): Promise<void> => {
    while (state.isOn && state.asked < MAX_REQUESTS && faults.length < MAX_FAULTS) {
      state.asked += 1;
      const path = pathOf(state.asked);
      await ask(path).catch((error: unknown) => faults.push(`${path}: ${String(error)}`));
      state.done += 1;
      await delay(REST_MS);
    }
    state.isOn = false;
  };
  const clients = Array.from({ length: CLIENTS }, client);

  return {
    async answered(more) {
      const goal = state.done + more;
      while (state.isOn && state.done < goal) await delay(REST_MS);
    },
    async stop() {
      state.isOn = false;
      await Promise.all(clients);
      await pool.close();
      return { asked: state.asked, faults, verdicts };
    },
  };
}
