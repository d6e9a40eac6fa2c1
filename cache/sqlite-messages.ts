import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Messages, POLL_MS } from './messages.ts';

const KEPT_MS = 60_000;
const MAX_AT_ONCE = 1_000;
const BUSY_TIMEOUT_MS = 50;

interface Statements {
  readonly send: StatementSync;
  readonly forget: StatementSync;
  readonly last: StatementSync;
  readonly after: StatementSync;
  readonly database: DatabaseSync;
}

/**
 * Messages between the processes of one machine, through a small SQLite file that each looks at four times a second.
 * Where there can be no file, messages reach this process alone.
 */
export function createSqliteMessages(options: { path: string; clock?: () => number }): Messages {
  const { path, clock = Date.now } = options;
  const listeners = new Set<(message: string) => void>();
  const statements = open(path) ?? open(':memory:');
  let lastId = attempt(() => Number(statements?.last.get()?.['id'] ?? 0)) ?? 0;

  const look = (): void => {
    if (listeners.size === 0) return;
    for (const row of attempt(() => statements?.after.all({ id: lastId })) ?? []) {
      lastId = Number(row['id']);
      for (const listener of listeners) listener(String(row['text']));
    }
  };
  const timer = setInterval(look, POLL_MS).unref();

  return {
    publish(message) {
      attempt(() => {
        statements?.send.run({ text: message, now: clock() });
        statements?.forget.run({ before: clock() - KEPT_MS });
      });
      return Promise.resolve();
    },
    subscribe: (onMessage) => void listeners.add(onMessage),
    close() {
      clearInterval(timer);
      attempt(() => statements?.database.close());
      return Promise.resolve();
    },
  };
}

function open(path: string): Statements | undefined {
  return attempt(() => {
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, sent_at INTEGER NOT NULL) STRICT;
    `);
    return {
      database,
      send: database.prepare('INSERT INTO messages (text, sent_at) VALUES (:text, :now)'),
      forget: database.prepare('DELETE FROM messages WHERE sent_at < :before'),
      last: database.prepare('SELECT max(id) AS id FROM messages'),
      after: database.prepare(
        `SELECT id, text FROM messages WHERE id > :id ORDER BY id LIMIT ${MAX_AT_ONCE}`,
      ),
    };
  });
}

/** What the work gives, or undefined where the file fails: a message is worth no error. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
