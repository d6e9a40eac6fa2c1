const MAX_ROWS_A_CALL = 50_000;
/** Keeps an index that changes for days from growing for ever. */
const MAX_ROWS = 200_000;

/** A line of PyPI's journal that has no serial yet. */
export interface Change {
  /** As the project's author spells it. */
  readonly name: string;
  /** Null where the project as a whole has changed. */
  readonly version: string | null;
  /** In PyPI's words: `new release`, `add source file …`, `yank release` … */
  readonly action: string;
  /** What the feed tells of a new release. */
  readonly summary?: string | undefined;
  /** Mail addresses; left out: the feed names no author. */
  readonly author?: string | undefined;
}

export interface JournalRow extends Change {
  readonly serial: number;
  /** Since 1970. */
  readonly atMs: number;
}

/** What `changelog_last_serial` and `changelog_since_serial` read. */
export interface Changelog {
  readonly lastSerial: number;
  /** The rows after that serial, the oldest first: 50 000 at the most. */
  readonly since: (serial: number) => readonly JournalRow[];
}

export interface Journal extends Changelog {
  /**
   * Writes the changes down, with the serials that end with `lastSerial`, by default the next ones, and gives the last.
   * Changes whose serials are taken already, as those of an old recording may be, are left out.
   */
  readonly write: (
    changes: readonly Change[],
    when?: { readonly lastSerial?: number; readonly atMs?: number },
  ) => number;
  /**
   * Takes the last serial back by so many, and drops the rows after it, as a restored database would. The feed and the pages
   * stay as they are; the next change has the serial after the one that is last now.
   */
  readonly rewind: (serials: number) => void;
}

/** An empty journal. Each row that is written goes to `onRow` as well. */
export function createJournal(onRow: (row: JournalRow) => void): Journal {
  const rows: JournalRow[] = [];
  let last = 0;
  return {
    get lastSerial() {
      return last;
    },
    since(serial) {
      const first = rows.findLastIndex((row) => row.serial <= serial) + 1;
      return rows.slice(first, first + MAX_ROWS_A_CALL);
    },
    write(changes, { lastSerial = last + changes.length, atMs = Date.now() } = {}) {
      const first = lastSerial - changes.length + 1;
      const written = changes.map((change, each) => ({ ...change, serial: first + each, atMs }));
      if (first > last) written.forEach((row) => rows.push(row));
      if (first > last) written.forEach(onRow);
      rows.splice(0, rows.length - MAX_ROWS);
      last = Math.max(last, lastSerial);
      return lastSerial;
    },
    rewind(serials) {
      last = Math.max(0, last - serials);
      const kept = rows.findLastIndex((row) => row.serial <= last) + 1;
      rows.splice(kept);
    },
  };
}

/** The changelog as it was before its last row. */
export function beforeLastRow(changelog: Changelog): Changelog {
  return {
    lastSerial: changelog.lastSerial - 1,
    since: (serial) => changelog.since(serial).filter((row) => row.serial < changelog.lastSerial),
  };
}
