import { z } from 'zod';
import { createMetrics } from '../../src/metrics.ts';

/** A metric as the code declares it. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  /** As Prometheus names it, such as `histogram`. */
  readonly type: string;
  readonly labels: readonly string[];
}

const metricsSchema = z.array(
  z
    .object({
      name: z.string(),
      help: z.string(),
      type: z.string(),
      labelNames: z.array(z.string()).default([]),
    })
    .transform(({ labelNames, ...metric }): Metric => ({ ...metric, labels: labelNames })),
);

const nothing = (): number => 0;

/** Returns all metrics of a process, those of Node and of the process last. */
export async function listMetrics(): Promise<Metric[]> {
  const metrics = createMetrics('0');
  metrics.watch({
    drawingRunning: nothing,
    drawingWaiting: nothing,
    budgetLeft: nothing,
    factsBytes: nothing,
    picturesBytes: nothing,
    answersBytes: nothing,
    diskBytes: nothing,
    storeHealthy: () => true,
    following: () => true,
  });
  metrics.watchDownloads({
    ageDays: nothing,
    projects: nothing,
    bytes: nothing,
    seconds: nothing,
    queriesLeft: nothing,
  });
  await metrics.render();
  return metricsSchema.parse(metrics.list());
}
