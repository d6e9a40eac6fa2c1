import type { DatabaseSync } from 'node:sqlite';
import { type Messages, POLL_MS } from './messages.ts';
import type { Layout } from './sqlite-file.ts';
import { keepDatabase } from './sqlite-keeper.ts';

const KEPT_MS = 60_000;
const MAX_AT_ONCE = 1_000;
const MAX_BYTES = 1024 * 1024;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, sent_at INTEGER NOT NULL) STRICT`;
// What was sent in the future, was sent before the clock was set back.
const FORGET = 'DELETE FROM messages WHERE sent_at < :before OR sent_at > :after';

interface Statements {
  send(text: string, nowMs: number): void;
  /** Forgets what is older than that. */
  forget(keptMs: number, nowMs: number): void;
  lastId(): number;
  after(id: number): { id: number; text: string }[];
}

const MESSAGES: Layout<Statements> = {
  schema: SCHEMA,
  userVersion: 1,
  prepare,
  // Everybody has seen what is older than a look.
  makeRoom: (statements, nowMs) => statements.forget(2 * POLL_MS, nowMs),
};

export interface SqliteMessagesOptions {
  /** The file, of at most 1 MiB; its directory has to be there. */
  readonly path: string;
  readonly recheckMs?: number;
  readonly clock?: () => number;
}

/**
 * Messages between the processes of one machine, through a small SQLite file that each looks at four times a second.
 * Where there can be no file, messages reach this process alone.
 */
export function createSqliteMessages(options: SqliteMessagesOptions): Messages {
  const { clock = Date.now } = options;
  const listeners = new Set<(message: string) => void>();
  const keeper = keepDatabase({ ...options, maxBytes: MAX_BYTES, layout: MESSAGES });
  const ask = <T>(work: (statements: Statements, nowMs: number) => T): T | undefined =>
    attempt(() => keeper.run(clock(), work));
  let current = ask((statements) => statements);
  let lastId = ask((statements) => statements.lastId()) ?? 0;

  const look = (): void => {
    if (listeners.size === 0) return;
    const messages = ask((statements) => {
      // A file that was made anew counts anew.
      if (statements !== current) lastId = 0;
      current = statements;
      return statements.after(lastId);
    });
    for (const { id, text } of messages ?? []) {
      lastId = id;
      for (const listener of listeners) listener(text);
    }
  };
  const timer = setInterval(look, POLL_MS).unref();

  return {
    settleMs: 2 * POLL_MS,
    publish(message) {
      ask((statements, nowMs) => {
        statements.send(message, nowMs);
        statements.forget(KEPT_MS, nowMs);
      });
      return Promise.resolve();
    },
    subscribe: (onMessage) => void listeners.add(onMessage),
    close() {
      clearInterval(timer);
      keeper.close();
      return Promise.resolve();
    },
  };
}

function prepare(database: DatabaseSync): Statements {
  const send = database.prepare('INSERT INTO messages (text, sent_at) VALUES (:text, :now)');
  const forget = database.prepare(FORGET);
  const last = database.prepare('SELECT max(id) AS id FROM messages');
  const after = database.prepare(
    `SELECT id, text FROM messages WHERE id > :id ORDER BY id LIMIT ${MAX_AT_ONCE}`,
  );
  return {
    send: (text, nowMs) => void send.run({ text, now: nowMs }),
    forget: (keptMs, nowMs) => void forget.run({ before: nowMs - keptMs, after: nowMs + keptMs }),
    lastId: () => Number(last.get()?.['id'] ?? 0),
    after: (id) =>
      after.all({ id }).map((row) => ({ id: Number(row['id']), text: String(row['text']) })),
  };
}

/** What the work gives, or undefined where the file fails: a message is worth no error. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
