import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { listMetrics, type Metric } from '../../../scripts/generate/metrics-list.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { isMissing } from '../../support/programs.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { ROOT, runTool } from './deployed.ts';

const FOLDER = join(ROOT, 'deploy/monitoring');
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          annotations: z.object({ summary: z.string() }),
        }),
      ),
    }),
  ),
});
const testsSchema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(
        z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }),
      ),
    }),
  ),
});
const dashboardSchema = z.object({
  panels: z.array(
    z.object({
      id: z.number(),
      fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.literal(8), h: z.literal(8) }),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).min(1),
    }),
  ),
});

const rules = rulesSchema.parse(parse(read('rules.yml'))).groups.flatMap((group) => group.rules);
const { panels } = dashboardSchema.parse(JSON.parse(read('dashboard.json')));
const queries = panels.flatMap(({ targets }) => targets);
const metrics = await listMetrics();
/** Counters of Varnish, which its exporter names. */
const ofVarnish = new Set(
  readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8').match(/\bvarnish_\w+/g),
);
/** Labels that Prometheus itself adds. */
const SCRAPED = ['job', 'instance'];

const isOf = (metric: Metric, name: string): boolean =>
  name === metric.name ||
  (metric.type === 'histogram' && name.replace(/_(?:bucket|sum|count)$/, '') === metric.name);

/** Returns metrics and labels of a PromQL expression and its legend that no process has. */
function findUnknown(expression: string, legend = ''): string[] {
  const names = expression.match(/\b(?:pypins|process|nodejs|varnish)_\w+/g) ?? [];
  const known = names.map((name) => metrics.find((metric) => isOf(metric, name)));
  const inner = [...expression.matchAll(/\{([^}]*)\}/g)].map(([, text]) => text).join();
  const lists = [...expression.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].map(([, text]) => text);
  const used = [
    ...(inner.match(/\w+(?=\s*[=!])/g) ?? []),
    ...lists
      .join()
      .split(/\s*,\s*/)
      .filter((label) => label !== 'le' && label !== ''),
    ...(legend.match(/(?<=\{\{\s*(?:\$labels\.)?)[a-z]\w*/g) ?? []),
  ];
  const labels = new Set([...SCRAPED, ...known.flatMap((metric) => metric?.labels ?? [])]);
  return [
    ...names.filter((name, place) => known[place] === undefined && !ofVarnish.has(name)),
    ...used.filter((label) => !labels.has(label)),
  ];
}

describe.skipIf(isMissing('promtool'))('promtool', () => {
  test.each(['prometheus.yml', 'prometheus-kubernetes.yml'])('takes %s', async (file) => {
    const folder = await tempDirectoryForTest();
    cpSync(FOLDER, folder, { recursive: true });
    // Debian's Prometheus has no service discovery of Kubernetes.
    const discovery =
      /kubernetes_sd_configs:\n {6}- role: pod\n {8}namespaces: \{ names: \[pypins\] \}\n/;
    const text = read(file).replace(discovery, 'static_configs: []\n');
    writeFileSync(join(folder, file), text);
    const words = await runTool('promtool', ['check', 'config', join(folder, file)]);
    expect(words).toContain(`${rules.length} rules found`);
  });

  test('each alert goes off when it should, and not otherwise', async () => {
    const words = await runTool('promtool', ['test', 'rules', 'rules.test.yml'], { cwd: FOLDER });
    expect(words).toContain('SUCCESS');
    const { tests } = testsSchema.parse(parse(read('rules.test.yml')));
    const outcomes = tests
      .flatMap((each) => each.alert_rule_test)
      .map(({ alertname, exp_alerts: alerts }) => `${alertname} ${alerts.length}`);
    const wanted = rules.flatMap(({ alert }) => [`${alert} 0`, `${alert} 1`]);
    expect(outcomes.toSorted()).toEqual(wanted.toSorted());
  });
});

test.each(rules)('$alert uses metrics and labels that there are', ({ expr, annotations }) => {
  expect(findUnknown(expr, annotations.summary)).toEqual([]);
});

test.each(queries)('the dashboard uses metrics and labels that there are: $expr', (query) => {
  expect(findUnknown(query.expr, query.legendFormat)).toEqual([]);
});

test.each([
  ['pypins_request_total', '', 'pypins_request_total'],
  ['rate(pypins_requests_total{verdikt="ok"}[5m])', '', 'verdikt'],
  ['sum by (kind, upstream) (pypins_requests_total)', '', 'upstream'],
  ['pypins_store_healthy', '{{ $labels.tier }} fails', 'tier'],
  ['pypins_store_healthy', '{{tier}}', 'tier'],
  ['pypins_store_healthy_bucket', '', 'pypins_store_healthy_bucket'],
  ['varnish_main_cache_hits', '', 'varnish_main_cache_hits'],
  ['nodejs_eventloop_lag_p98_seconds', '', 'nodejs_eventloop_lag_p98_seconds'],
])('a name that there is not is found: %s %s', (expression, legend, unknown) => {
  expect(findUnknown(expression, legend)).toEqual([unknown]);
});

const AN_INCREASE = /increase\((\w+)\{([^}]*)\}/;
test.each(rules.filter(({ expr }) => AN_INCREASE.test(expr)))(
  '$alert sees the first failure: its counter begins at 0',
  async ({ expr }) => {
    const [, name = '', labels = ''] = AN_INCREASE.exec(expr) ?? [];
    const { text } = await createMetrics('0').render();
    const series = text.split('\n').filter((line) => line.startsWith(`${name}{`));
    const chosen = series.filter((line) => labels.split(',').every((each) => line.includes(each)));
    expect(chosen.map((line) => line.replace(/.*\} /, ''))).toContain('0');
  },
);

/** Grafana's name of the unit that an expression has; the first that fits. */
const UNITS: readonly (readonly [expression: RegExp, unit: RegExp])[] = [
  [/\)\) \/ \(|_cpu_seconds_total/, /^percentunit$/],
  [/_requests_total/, /^reqps$/],
  [/rate\(\w+_total/, /^ops$/],
  [/_seconds(?:_bucket)?\{/, /^s$/],
  [/_bytes\{/, /^bytes$/],
  [/./, /^(?:short|bool)$/],
];

test.each(panels)('the unit of panel $id is that of what it shows', ({ targets, fieldConfig }) => {
  for (const { expr } of targets) {
    const unit = UNITS.find(([expression]) => expression.test(expr))?.[1];
    expect(fieldConfig.defaults.unit).toMatch(unit ?? '');
  }
});

test('what the documents say to alert on has an alert', () => {
  const operations = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const [, table = ''] = /Alert on these:\n([^]*?)\n\n#/.exec(operations) ?? [];
  const wanted = [...table.matchAll(/^\| `(pypins_\w+)/gm)].map(([, name = '']) => name);
  expect(wanted.length).toBeGreaterThan(5);
  const all = rules.map(({ expr }) => expr).join('\n');
  expect(wanted.filter((name) => !all.includes(name))).toEqual([]);
});

test('the panels lie beside and below one another', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).toBe(panels.length);
});
