/** Varnish counts a node as sick after this many failed probes in a row; see `varnish/rules/probe.vcl`. */
const PROBE_WINDOW = 3;
const PROBE_INTERVAL_MS = 500;
/** A little less than the time of three probes. */
const SEEN_MS = 2.9 * PROBE_INTERVAL_MS;
/** An edge that has not probed for this long has stopped itself, or there is none. */
const SILENCE_MS = 2_500;
const MAX_KEPT = 256;

/** The refusals that a stopping process waits for. */
export interface Notice {
  /** Whether an edge probes. */
  readonly isExpected: boolean;
  /** Whether every edge has been refused often enough to use another process, or has stopped. */
  readonly isOver: () => boolean;
}

/** Whether this process is ready, and what the edges know of it by their probes of the last seconds. */
export interface Probes {
  /** Notes that a probe from the address has been answered. */
  readonly add: (address: string) => void;
  /** From now on, this process is ready. */
  readonly succeed: () => void;
  /** From now on, it is not. Expects three refusals for each edge that has probed lately. */
  readonly refuse: () => Notice;
  readonly isReady: () => boolean;
  /** Whether it has been ready for as long as every edge needs to find it, or none probes. */
  readonly isFound: () => boolean;
}

/** Edges at the same address are told apart by the number of their probes. */
export function createProbes(now = (): number => performance.now()): Probes {
  const seen: { readonly address: string; readonly atMs: number }[] = [];
  let readyAtMs: number | undefined;
  let isFound = false;
  const since = (atMs: number): string[] =>
    seen.filter((probe) => probe.atMs > atMs).map(({ address }) => address);
  return {
    add(address) {
      seen.push({ address, atMs: now() });
      if (seen.length > MAX_KEPT) seen.shift();
    },
    succeed: () => (readyAtMs = now()),
    isReady: () => readyAtMs !== undefined,
    isFound() {
      if (readyAtMs === undefined) return false;
      const passedMs = now() - readyAtMs;
      // Within the interval, every edge has probed that does.
      isFound ||=
        passedMs > SILENCE_MS || (passedMs > PROBE_INTERVAL_MS && since(readyAtMs).length > 0);
      return isFound;
    },
    refuse() {
      readyAtMs = undefined;
      const startedAtMs = now();
      const before = since(startedAtMs - SEEN_MS);
      const expected = [...new Set(before)].map((address) => ({
        address,
        count: Math.ceil(countOf(address, before) / PROBE_WINDOW) * PROBE_WINDOW,
      }));
      return {
        isExpected: expected.length > 0,
        isOver() {
          const refused = since(startedAtMs);
          const latest = since(now() - SILENCE_MS);
          return expected.every(
            ({ address, count }) => countOf(address, refused) >= count || !latest.includes(address),
          );
        },
      };
    },
  };
}

function countOf(address: string, addresses: readonly string[]): number {
  return addresses.filter((each) => each === address).length;
}
