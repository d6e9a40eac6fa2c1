const MAX_ROWS_PER_CALL = 50_000;
/** Bounds an index that changes for days. */
const MAX_ROWS = 200_000;

/** A row of PyPI's journal before it has a serial. */
export interface Change {
  /** As the project's author spells it. */
  readonly name: string;
  /** Null if the project as a whole has changed. */
  readonly version: string | null;
  /** In PyPI's words: `new release`, `add source file …`, `yank release` … */
  readonly action: string;
  /** The summary of a new release, for the feed. */
  readonly summary?: string;
  /** The mail address of a new release's author, for the feed. */
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
  /** Returns the first 50,000 rows after that serial, the oldest first. */
  readonly since: (serial: number) => readonly JournalRow[];
}

export interface Journal extends Changelog {
  /**
   * Writes the changes with the serials that end with `lastSerial`, by default the next ones, and returns the last serial.
   * Changes whose serials are in use already are left out.
   */
  readonly write: (
    changes: readonly Change[],
    when?: { readonly lastSerial?: number; readonly atMs?: number },
  ) => number;
  /**
   * Lowers the last serial by that many, and drops the rows after it, as a restored database would. The feed and the pages
   * stay as they are. The next change gets the serial after the new last one.
   */
  readonly rewind: (serials: number) => void;
}

/** Returns an empty journal. Each row that is written also goes to `onRow`. */
export function createJournal(onRow: (row: JournalRow) => void): Journal {
  const rows: JournalRow[] = [];
  let last = 0;
  const firstAfter = (serial: number) => rows.findLastIndex((row) => row.serial <= serial) + 1;
  return {
    get lastSerial() {
      return last;
    },
    since(serial) {
      const first = firstAfter(serial);
      return rows.slice(first, first + MAX_ROWS_PER_CALL);
    },
    write(changes, { lastSerial = last + changes.length, atMs = Date.now() } = {}) {
      const first = lastSerial - changes.length + 1;
      for (const [position, change] of first > last ? changes.entries() : []) {
        const row = { ...change, serial: first + position, atMs };
        rows.push(row);
        onRow(row);
      }
      rows.splice(0, rows.length - MAX_ROWS);
      last = Math.max(last, lastSerial);
      return lastSerial;
    },
    rewind(serials) {
      last = Math.max(0, last - serials);
      rows.splice(firstAfter(last));
    },
  };
}

/** Returns the changelog without its last row. */
export function beforeLastRow(changelog: Changelog): Changelog {
  const lastSerial = changelog.lastSerial - 1;
  return {
    lastSerial,
    since: (serial) => changelog.since(serial).filter((row) => row.serial <= lastSerial),
  };
}
