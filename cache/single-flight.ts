/** Lets concurrent callers with the same key share one piece of work. */
export interface SingleFlight<V> {
  /** Returns the result of the running flight of `key`, or else starts `work`. Rejects as the work does. */
  run(key: string, work: () => Promise<V>): Promise<V>;
  /** Whether a flight of `key` is running. */
  has(key: string): boolean;
  /** Running flights. */
  readonly size: number;
  /** Resolves when the flights running now have settled. */
  settled(): Promise<void>;
}

/** Creates a group of flights; a flight is forgotten as soon as it settles. */
export function createSingleFlight<V>(): SingleFlight<V> {
  const flights = new Map<string, Promise<V>>();

  return {
    run(key, work) {
      const running = flights.get(key);
      if (running !== undefined) return running;
      const flight = (async () => work())().finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
    has: (key) => flights.has(key),
    get size() {
      return flights.size;
    },
    settled: async () => void (await Promise.allSettled(flights.values())),
  };
}
