import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { createPictureCheck } from '../../support/load.ts';

/** Nobody tries again at once. */
const AFTER_FAILURE_MS = 20;

/** How often what came of a request: `ok`, another verdict, `no picture`, or the code of the connection's error. */
export type Outcomes = Readonly<Record<string, number>>;

/** Clients that go on when nobody answers, for an outage that has a beginning and an end. */
export interface EdgeClients {
  /** Names the time from now on. A request that two times share counts for the earlier one. */
  enter(phase: string): void;
  /** Resolves when so many more requests of this time have come to something. */
  settled(more: number): Promise<void>;
  /** Ends all of it, and tells what came of the requests of each time. */
  stop(): Promise<Readonly<Record<string, Outcomes>>>;
}

/** Clients that ask one after the other for what `pathOf` gives, for the nth request. */
export function startEdgeClients(
  origin: string,
  pathOf: (number: number) => string,
  clients: number,
): EdgeClients {
  const pool = new Pool(origin, { connections: clients });
  const isPicture = createPictureCheck();
  const phases = new Map<string, Record<string, number>>();
  const state = { phase: 'before', asked: 0, settled: 0, isOn: true };

  const ask = async (path: string): Promise<string> => {
    try {
      const { statusCode, headers, body } = await pool.request({ path, method: 'GET' });
      const isGood = await isPicture(String(headers['content-type']), await body.bytes());
      return statusCode === 200 && isGood ? String(headers['x-badge-status']) : 'no picture';
    } catch (error) {
      await delay(AFTER_FAILURE_MS);
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
  };
  const client = async (): Promise<void> => {
    while (state.isOn) {
      const { phase } = state;
      state.asked += 1;
      const outcome = await ask(pathOf(state.asked));
      const outcomes = phases.get(phase) ?? {};
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      phases.set(phase, outcomes);
      if (phase === state.phase) state.settled += 1;
    }
  };
  const running = Array.from({ length: clients }, client);

  return {
    enter: (phase) => void Object.assign(state, { phase, settled: 0 }),
    async settled(more) {
      const goal = state.settled + more;
      while (state.settled < goal) await delay(10);
    },
    async stop() {
      state.isOn = false;
      await Promise.all(running);
      await pool.close();
      return Object.fromEntries(phases);
    },
  };
}
