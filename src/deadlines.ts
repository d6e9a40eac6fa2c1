/**
 * Deadlines on the way to a badge, in milliseconds, from the outside in. Each is shorter than the one around it, so
 * that the inner layer can still answer with something better. A test checks this, and the edge's deadline in
 * `varnish/rules/backend-requests.vcl`.
 */
export const DEADLINES = {
  /** GitHub's and PyPI's image proxies give up (go-camo's source, GitHub's support). */
  imageProxyMs: 4_000,
  /** A badge is answered, whatever is down. */
  promiseMs: 2_500,
  /** The edge gives up on both nodes together. */
  edgeMs: 2_300,
  /** A request waits for an origin fetch without kept facts. */
  unknownFactsMs: 2_000,
  /** A request with kept facts waits for a refresh. */
  keptFactsMs: 300,
  /** The shared store answers, or counts as down. */
  storeMs: 150,
} as const;

/** Deadlines of upstream requests, which continue in the background after the response, in milliseconds. */
export const UPSTREAM_DEADLINES = {
  /** The whole refresh, including the wait for the budget. */
  loadMs: 10_000,
  /** One request including its redirects. */
  requestMs: 8_000,
  headersMs: 5_000,
  bodySilenceMs: 5_000,
  connectMs: 1_500,
} as const;

/** Deadlines of client connections and of the shutdown, in milliseconds. */
export const CONNECTION_DEADLINES = {
  /** Longer than Varnish keeps an idle connection (60 s), so that Varnish closes it, not we. */
  keepAliveMs: 65_000,
  headersMs: 5_000,
  requestMs: 10_000,
  /**
   * While stopping, idle connections stay open this long, unless the edges use another process already; clients that use
   * them get `Connection: close`.
   */
  drainMs: 3_000,
  /** While stopping, a process serves on for the edges' probes for at most this long. */
  noticeMs: 5_000,
  stopMs: 10_000,
} as const;
