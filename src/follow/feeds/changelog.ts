import { z } from 'zod';
import type { UpstreamClient } from '../../upstream/client.ts';
import { UpstreamError } from '../../upstream/errors.ts';
import { isRelease, normaliseName } from '../../upstream/names.ts';
import type { Change, Feed } from './feed.ts';
import { parsePosition } from './position.ts';
import { callForInteger, callForRows, xmlRpcInteger, xmlRpcText } from './xml-rpc.ts';

/** PyPI gives no more with one answer: where there are as many, there are more. */
const ROWS_AN_ANSWER = 50_000;
const MAX_ANSWERS = 5;
/** An answer with fewer rows is neither too large nor too slow. */
const MANY_ROWS = 10_000;

const REMOVALS: ReadonlySet<string> = new Set(['remove project', 'project quarantined']);
/** Who may do what with a project, and what it had at pythonhosted.org: no badge shows that. */
const IGNORED =
  /^(?:(?:add|accepted|change|invite|remove|revoke_invite) (?:Owner|Maintainer) |docupdate|docdestroy)/;

const positionSchema = z.object({ serial: z.number().int().nonnegative() });

/** Name, release, seconds since 1970, action, serial. Old rows may lack any of the texts. */
const rowSchema = z.tuple([xmlRpcText, xmlRpcText, xmlRpcInteger, xmlRpcText, xmlRpcInteger]);
type Row = z.infer<typeof rowSchema>;

interface Read {
  readonly changes: readonly Change[];
  /** Of the last row that was read. */
  readonly serial: number;
  /** There are no more rows. */
  readonly isWhole: boolean;
}

export interface ChangelogOptions {
  /** How many rows an answer has that is full; 50,000 by default. */
  readonly rowsAnAnswer?: number;
}

/** PyPI's journal, by XML-RPC: all that happens to projects and releases, with serials. Asks up to six times in a poll. */
export function createChangelogFeed(
  client: UpstreamClient,
  { rowsAnAnswer = ROWS_AN_ANSWER }: ChangelogOptions = {},
): Feed {
  const askLast = (signal: AbortSignal): Promise<number> =>
    callForInteger({ client, method: 'changelog_last_serial', signal });
  const askSince = (serial: number, signal: AbortSignal): Promise<Row[]> =>
    callForRows({ client, method: 'changelog_since_serial', args: [serial], signal }, rowSchema);

  const readSince = async (from: number, signal: AbortSignal): Promise<Read> => {
    const merged = new Map<string, Change>();
    let serial = from;
    for (let answers = 0; answers < MAX_ANSWERS; answers += 1) {
      const rows = await askSince(serial, signal);
      for (const row of rows) merge(merged, row);
      serial = Math.max(serial, rows.at(-1)?.[4] ?? 0);
      if (rows.length < rowsAnAnswer)
        return { changes: [...merged.values()], serial, isWhole: true };
    }
    return { changes: [...merged.values()], serial, isWhole: false };
  };

  /** Else a follower that was away for long would ask for the same again and again, and never get it. */
  const orNothing = async (from: number, error: unknown, signal: AbortSignal): Promise<Read> => {
    const failure = error instanceof UpstreamError ? error.failure : undefined;
    const isTooMuch = failure === 'too-large' || failure === 'timeout';
    if (!isTooMuch || (await askLast(signal)) - from < MANY_ROWS) throw error;
    return { changes: [], serial: from, isWhole: false };
  };

  return {
    name: 'changelog',
    async poll(text, signal) {
      const from = parsePosition(positionSchema, text)?.serial;
      // What cannot be read any more is a position all the same: something may have come since.
      if (from === undefined) return newsUpTo(await askLast(signal), [], text !== undefined);
      const read = await readSince(from, signal).catch((error: unknown) =>
        orNothing(from, error, signal),
      );
      if (read.isWhole && read.serial > from) return newsUpTo(read.serial, read.changes);
      const last = await askLast(signal);
      // Rows that have come in between are for the next poll; a serial that has gone back is another journal.
      return read.isWhole && last >= from ? newsUpTo(from) : newsUpTo(last, read.changes, true);
    },
  };
}

function newsUpTo(serial: number, changes: readonly Change[] = [], hasGap = false) {
  return { changes, hasGap, position: JSON.stringify({ serial }), serial };
}

/** One change a project and release, the last; the map has them in the order of their serials. */
function merge(
  changes: Map<string, Change>,
  [name, version, atSeconds, action, serial]: Row,
): void {
  const project = normaliseName(name ?? '');
  if (project === undefined || IGNORED.test(action ?? '')) return;
  const release = version !== null && isRelease(version) ? version : undefined;
  const key = `${project} ${release ?? ''}`;
  changes.delete(key);
  changes.set(key, {
    project,
    release,
    serial,
    atMs: atSeconds * 1000,
    isRemoval: REMOVALS.has(action ?? ''),
  });
}
