import { z } from 'zod';
import type { UpstreamClient } from '../../upstream/client.ts';
import { UpstreamError } from '../../upstream/errors.ts';
import { isRelease, normalizeName } from '../../facts/names.ts';
import { parseJson } from '../../parse-json.ts';
import type { Change, Feed } from './feed.ts';
import { callForInteger, callForRows, xmlRpcInteger, xmlRpcText } from './xml-rpc.ts';

/** Most rows that PyPI returns at once: with as many, more remain. */
const ROWS_AN_ANSWER = 50_000;
const MAX_ANSWERS = 5;
/** A response with fewer rows is neither too large nor too slow. */
const MANY_ROWS = 10_000;

const REMOVALS: ReadonlySet<string> = new Set(['remove project', 'project quarantined']);
/** Roles, and documentation at pythonhosted.org: no badge shows them. */
const IGNORED =
  /^(?:(?:add|accepted|change|invite|remove|revoke_invite) (?:Owner|Maintainer) |docupdate|docdestroy)/;

const positionSchema = z.object({ serial: z.number().int().nonnegative() });

/** Name, release, seconds since 1970, action, serial. Old rows may lack any of the texts. */
const rowSchema = z.tuple([xmlRpcText, xmlRpcText, xmlRpcInteger, xmlRpcText, xmlRpcInteger]);
type Row = z.infer<typeof rowSchema>;

interface Read {
  readonly changes: readonly Change[];
  /** Of the last row read. */
  readonly serial: number;
  /** No rows remain. */
  readonly isComplete: boolean;
}

export interface ChangelogOptions {
  /** Rows in a full response; 50,000 by default. */
  readonly rowsAnAnswer?: number;
}

/** PyPI's journal by XML-RPC: every change of projects and releases, with serials. Up to six requests a poll. */
export function createChangelogFeed(
  client: UpstreamClient,
  { rowsAnAnswer = ROWS_AN_ANSWER }: ChangelogOptions = {},
): Feed {
  const fetchLastSerial = (signal: AbortSignal): Promise<number> =>
    callForInteger({ client, method: 'changelog_last_serial', signal });
  const fetchSince = (serial: number, signal: AbortSignal): Promise<Row[]> =>
    callForRows({ client, method: 'changelog_since_serial', args: [serial], signal }, rowSchema);

  const readSince = async (from: number, signal: AbortSignal): Promise<Read> => {
    const merged = new Map<string, Change>();
    let serial = from;
    for (let answers = 0; answers < MAX_ANSWERS; answers += 1) {
      const rows = await fetchSince(serial, signal);
      for (const row of rows) merge(merged, row);
      serial = Math.max(serial, rows.at(-1)?.[4] ?? 0);
      if (rows.length < rowsAnAnswer)
        return { changes: [...merged.values()], serial, isComplete: true };
    }
    return { changes: [...merged.values()], serial, isComplete: false };
  };

  /** After a long absence, the rows may be too many to ever arrive: then gives up on them, with a gap. */
  const giveUpIfTooMany = async (
    from: number,
    error: unknown,
    signal: AbortSignal,
  ): Promise<Read> => {
    const failure = error instanceof UpstreamError ? error.failure : undefined;
    const isTooMuch = failure === 'too-large' || failure === 'timeout';
    if (!isTooMuch || (await fetchLastSerial(signal)) - from < MANY_ROWS) throw error;
    return { changes: [], serial: from, isComplete: false };
  };

  return {
    name: 'changelog',
    async poll(text, signal) {
      const from = parseJson(positionSchema, text)?.serial;
      // An unreadable position is a gap: changes may have happened since it was written.
      if (from === undefined)
        return newsUpTo(await fetchLastSerial(signal), [], text !== undefined);
      const read = await readSince(from, signal).catch((error: unknown) =>
        giveUpIfTooMany(from, error, signal),
      );
      if (read.isComplete && read.serial > from) return newsUpTo(read.serial, read.changes);
      const last = await fetchLastSerial(signal);
      // Rows added meanwhile are left to the next poll; a serial that went back means another journal.
      return read.isComplete && last >= from ? newsUpTo(from) : newsUpTo(last, read.changes, true);
    },
  };
}

function newsUpTo(serial: number, changes: readonly Change[] = [], hasGap = false) {
  return { changes, hasGap, position: JSON.stringify({ serial }), serial };
}

/** Keeps the last change of each project and release; the map is in the order of serials. */
function merge(
  changes: Map<string, Change>,
  [name, version, atSeconds, action, serial]: Row,
): void {
  const project = normalizeName(name ?? '');
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
