const NAME = 'pypins';

/**
 * Version of what processes agree on: leases, counters, rankings, the channel of expiries, the follower's state. Raise it
 * only when the meaning of one of these changes: processes with different numbers have a leader and a budget each.
 */
const COORDINATION_VERSION = 1;

/**
 * Version of the record around a value (`cache/facts/codec.ts`). It does not change with the fields of a value: each
 * record names the shape of its value, which derives from the schema, so that old and new code share the records.
 */
const RECORDS_VERSION = 1;

const COORDINATION = `${NAME}:${COORDINATION_VERSION}`;

/** Records are under `<prefix>:<source>:<normalized name>[:<release>]`. */
export const RECORDS_PREFIX = `${NAME}:${RECORDS_VERSION}`;

/** The keys under which processes coordinate, whatever version of the code they run. */
export const KEYS = {
  /** Channel: the keys of records that were made due. */
  expired: `${COORDINATION}:expired`,
  /** Counter: requests to PyPI for facts. */
  pypiBudget: `${COORDINATION}:budget:pypi`,
  /** Counters: requests to pypistats.org. */
  pypistatsBudget: `${COORDINATION}:budget:pypistats`,
  /** Counter: refreshes of a project that were asked for. */
  refreshOf: (project: string) => `${COORDINATION}:refresh:${project}`,
  /** Lease of the leading follower, and the prefix of what followers and web processes tell each other. */
  follow: `${COORDINATION}:follow`,
} as const;
