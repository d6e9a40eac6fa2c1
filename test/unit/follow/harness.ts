import { type Logger, pino } from 'pino';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createSqliteStore } from '../../../cache/store/sqlite/store.ts';
import type { Lease, Store } from '../../../cache/store/contract.ts';
import { NOW } from '../cache/facts/harness.ts';

const MAX_BYTES = 64 * 1024 * 1024;
const FOR_EVER = { add: false, maxMembers: 1_000_000, ttlSeconds: 1_000_000 };

/** A clock that the test turns. */
export interface TestClock {
  nowMs: number;
  readonly read: () => number;
}

export function createClock(nowMs = NOW): TestClock {
  const clock = { nowMs, read: () => clock.nowMs };
  return clock;
}

/** A real store in memory, closed when the running test is over. */
export function openStore(clock: () => number = Date.now): Store {
  const store = createSqliteStore({ path: ':memory:', maxBytes: MAX_BYTES, clock });
  onTestFinished(() => store.close());
  return store;
}

/** The store as one process sees it. */
export interface FlakyStore {
  readonly store: Store;
  /** The process has lost sight of it, until it recovers. */
  fails(): void;
  recovers(): void;
  /** It is there, and empty. */
  isEmptied(): void;
}

export function makeFlaky(kept: Store): FlakyStore {
  const dead = createSqliteStore({ path: ':memory:', maxBytes: MAX_BYTES });
  void dead.close();
  let sound = kept;
  let current = kept;
  const acquireLease: Store['acquireLease'] = async (key, ttlMs) => {
    const of = current;
    const answer = await of.acquireLease(key, ttlMs);
    if (answer.state !== 'granted') return answer;
    const { lease } = answer;
    const renew: Lease['renew'] = async (ms) => {
      if (current === dead) return 'unknown';
      return current === of ? lease.renew(ms) : 'lost';
    };
    const release = async (): Promise<void> => (current === of ? lease.release() : undefined);
    return { state: 'granted', lease: { renew, release } };
  };
  const store = new Proxy(kept, {
    get: (_, name): unknown =>
      name === 'acquireLease' ? acquireLease : Reflect.get(current, name),
  });
  return {
    store,
    fails: () => void (current = dead),
    recovers: () => void (current = sound),
    isEmptied: () => void (current = sound = openStore()),
  };
}

/** Gives each member its score. */
export async function rankAll(
  store: Store,
  key: string,
  scores: Readonly<Record<string, number>>,
): Promise<void> {
  await store.rank(key, new Map(Object.entries(scores)), FOR_EVER);
}

const lineSchema = z.looseObject({ level: z.number(), msg: z.string() });
type Line = z.infer<typeof lineSchema>;
const WARN = 40;

/** A log, its lines, and the messages of its warnings and errors. */
export function createTestLog(): { log: Logger; lines: Line[]; complaints: string[] } {
  const lines: Line[] = [];
  const complaints: string[] = [];
  const write = (text: string): void => {
    const line = lineSchema.parse(JSON.parse(text));
    lines.push(line);
    if (line.level >= WARN) complaints.push(line.msg);
  };
  return { log: pino({ level: 'info' }, { write }), lines, complaints };
}
