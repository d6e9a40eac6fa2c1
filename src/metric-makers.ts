// The whole of prom-client would load OpenTelemetry and `cluster`: 80 files, a tenth of the start-up time.
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import type Registry from 'prom-client/lib/registry.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Makers = ReturnType<typeof createMakers>;

/** Returns functions that make metrics in the registry, with our prefix. */
export function createMakers(registry: Registry) {
  const options = (name: string, help: string, labelNames: string[] = []) => ({
    name: `pypins_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  return {
    counter: (...args: Parameters<typeof options>) => new Counter(options(...args)),
    gauge: (...args: Parameters<typeof options>) => new Gauge(options(...args)),
    histogram: (name: string, help: string, labelNames: string[] = [], buckets = SECONDS) =>
      new Histogram({ ...options(name, help, labelNames), buckets }),
    /** A gauge that is read on each scrape. */
    reading: (name: string, help: string, read: () => number) =>
      new Gauge({
        ...options(name, help),
        collect() {
          this.set(read());
        },
      }),
  };
}
