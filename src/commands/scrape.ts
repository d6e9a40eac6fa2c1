const TIMEOUT_MS = 3_000;

/** One sample of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Returns the metrics of a node's admin port; rejects with the reason if there are none. */
export async function scrape(adminUrl: string): Promise<Sample[]> {
  const url = `${adminUrl}/metrics`;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { signal }).catch(() => undefined);
  if (response === undefined) throw new Error('does not answer');
  if (!response.ok) throw new Error(`answers ${response.status}: is this an admin port?`);
  const samples = parseMetrics(await response.text());
  if (!samples.some(({ name }) => name === 'pypins_build_info'))
    throw new Error('has no metrics of pypins: is this an admin port?');
  return samples;
}

/** Parses the part of the text format that our metrics use. */
function parseMetrics(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*?)\})? (\S+)$/gm)].map(
    ([, name = '', labels = '', value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, key = '', text_ = '']) => [key, text_]),
      ),
      value: Number(value),
    }),
  );
}

/** Returns the sum of the samples with the name and the labels. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Record<string, string> = {},
): number {
  return samples
    .filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
