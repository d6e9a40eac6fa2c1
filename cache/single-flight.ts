/** Lets the callers who want the same thing at the same time share one piece of work. */
export interface SingleFlight<V> {
  /** The result of the flight of `key` that is under way, or of `work`, started now. Rejects as the work does. */
  run(key: string, work: () => Promise<V>): Promise<V>;
  /** Whether a flight of `key` is under way. */
  has(key: string): boolean;
  /** Flights under way. */
  readonly size: number;
  /** Resolves when the flights that are under way now have settled. */
  settled(): Promise<void>;
}

/** One flight per key in this process; forgotten as soon as it settles, whatever became of it. */
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
