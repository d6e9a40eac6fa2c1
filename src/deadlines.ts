/**
 * How long anything on the way to a badge may take, in milliseconds, from the outside in: each deadline is shorter than
 * the one around it, so that whoever gives up first still has time to say something better. A test holds them to that,
 * and to the edge's own (`varnish/rules/backend-requests.vcl`).
 */
export const DEADLINES = {
  /** GitHub's and PyPI's image proxies give up: 4 s by go-camo's source and GitHub's support. */
  imageProxyMs: 4_000,
  /** What a badge URL promises, whatever is down. */
  promiseMs: 2_500,
  /** The edge gives up on both nodes together. */
  edgeMs: 2_300,
  /** A request waits for facts where nothing is known. */
  unknownFactsMs: 2_000,
  /** A request waits for facts to be refreshed where some are kept. */
  keptFactsMs: 300,
  /** The shared store answers, or is taken for dead. */
  storeMs: 150,
} as const;

/** How long a call to an upstream may go on behind the answer that did not wait for it, in milliseconds. */
export const UPSTREAM_DEADLINES = {
  /** The refresh with all of its parts, waiting for the budget among them. */
  loadMs: 10_000,
  /** One request with its redirects. */
  requestMs: 8_000,
  headersMs: 5_000,
  bodySilenceMs: 5_000,
  connectMs: 1_500,
} as const;

/** How long a client may take, and how long a stop may, in milliseconds. */
export const CONNECTION_DEADLINES = {
  /** Longer than Varnish keeps an idle connection (60 s): a connection is closed by the side that opened it. */
  keepAliveMs: 65_000,
  headersMs: 5_000,
  requestMs: 10_000,
  /** While stopping, idle connections are kept so long, so that their owners learn of it by `Connection: close`. */
  drainMs: 3_000,
  stopMs: 10_000,
} as const;
