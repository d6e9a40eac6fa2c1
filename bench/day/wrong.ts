/** How long copies at the edge contradict what PyPI has. */
export interface WrongTimes {
  /** PyPI has something else than the copy that is shown. */
  readonly begin: (badge: number, atMs: number) => void;
  /** The copy is shown no longer. */
  readonly end: (badge: number, atMs: number) => void;
  readonly forget: () => void;
  /** In seconds, the shortest first. */
  readonly seconds: () => number[];
}

export function createWrongTimes(): WrongTimes {
  const since = new Map<number, number>();
  let lengths: number[] = [];
  return {
    begin(badge, atMs) {
      if (!since.has(badge)) since.set(badge, atMs);
    },
    end(badge, atMs) {
      const beganMs = since.get(badge);
      if (beganMs === undefined) return;
      lengths.push((atMs - beganMs) / 1000);
      since.delete(badge);
    },
    forget: () => void (lengths = []),
    seconds: () => lengths.toSorted((a, b) => a - b),
  };
}
