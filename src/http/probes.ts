/** Varnish counts a node as sick after this many failed probes in a row; see `varnish/rules/probe.vcl`. */
const PROBE_WINDOW = 3;
/** A little less than the time of three probes, of which there is one a second. */
const SEEN_MS = 2_900;
/** An edge that has not probed for this long has stopped itself. */
const SILENCE_MS = 2_500;
const MAX_KEPT = 256;

/** The refusals that a stopping process waits for. */
export interface Notice {
  /** Whether an edge probes. */
  readonly isExpected: boolean;
  /** Whether every edge has been refused often enough to use another process, or has stopped. */
  readonly isOver: () => boolean;
}

/** The answered probes of the last seconds. */
export interface Probes {
  /** Notes that a probe from the address has been answered. */
  readonly add: (address: string) => void;
  /** From now on, probes are refused. Expects three refusals for each edge that has probed lately. */
  readonly expectRefusals: () => Notice;
}

/** Edges at the same address are told apart by the number of their probes. */
export function createProbes(now = (): number => performance.now()): Probes {
  const seen: { readonly address: string; readonly atMs: number }[] = [];
  const since = (atMs: number): string[] =>
    seen.filter((probe) => probe.atMs > atMs).map(({ address }) => address);
  return {
    add(address) {
      seen.push({ address, atMs: now() });
      if (seen.length > MAX_KEPT) seen.shift();
    },
    expectRefusals() {
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
