const NAME = 'pypins';

/**
 * Version of the state that processes share: leases, counters, rankings, the channel of expiries, the follower's state.
 * Raise it only if the meaning of one changes: processes with different numbers have separate leaders and budgets.
 */
const COORDINATION_VERSION = 1;

/**
 * Version of the record format (`cache/facts/codec.ts`). It does not change with the fields of a value: each
 * record names the shape of its value, derived from the schema, so that old and new code share records.
 */
const RECORDS_VERSION = 1;

const COORDINATION = `${NAME}:${COORDINATION_VERSION}`;

/** Keys of records are `<prefix>:<source>:<normalized name>[:<release>]`. */
export const RECORDS_PREFIX = `${NAME}:${RECORDS_VERSION}`;

/** Keys by which processes of any version coordinate. */
export const KEYS = {
  /** Channel: keys of expired records. */
  expired: `${COORDINATION}:expired`,
  /** Counters: requests for facts to PyPI (`pypi`) or another index. */
  indexBudget: (index: string) => `${COORDINATION}:budget:${index}`,
  /** Counters: requests to pypistats.org. */
  pypistatsBudget: `${COORDINATION}:budget:pypistats`,
  /** Counter: queries to ClickHouse. */
  clickhouseBudget: `${COORDINATION}:budget:clickhouse`,
  /** Counter: those of them that a client's request has caused. */
  clickhouseOnDemand: `${COORDINATION}:budget:clickhouse:on-demand`,
  /** Lease of the running load, and prefix of all loads of download counts. */
  downloads: `${COORDINATION}:downloads`,
  /** Counter: requested refreshes of a project. */
  refreshOf: (project: string) => `${COORDINATION}:refresh:${project}`,
  /** Lease of the leading follower, and prefix of the state shared by followers and web processes. */
  follow: `${COORDINATION}:follow`,
} as const;
