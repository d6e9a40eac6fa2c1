// The dashboard for Grafana, deploy/monitoring/dashboard.json.

interface Panel {
  readonly title: string;
  /** Queries by their legends. */
  readonly queries: Readonly<Record<string, string>>;
  /** Grafana's name of a unit. */
  readonly unit: string;
}

const RATE = '[$__rate_interval]';
/** Instances of the job that is chosen above the panels. */
const OURS = 'job=~"$job"';
const quantile = (share: number, metric: string, labels: string, by = ''): string =>
  `histogram_quantile(${share}, sum by (le${by}) (rate(${metric}_bucket{${labels}}${RATE})))`;

const PANELS: readonly Panel[] = [
  {
    title: 'Badges by verdict',
    queries: {
      '{{verdict}}': `sum by (verdict) (rate(pypins_requests_total{${OURS}}${RATE}))`,
    },
    unit: 'reqps',
  },
  {
    title: 'Time to answer',
    queries: {
      'half within': quantile(0.5, 'pypins_request_duration_seconds', OURS),
      '99 % within': quantile(0.99, 'pypins_request_duration_seconds', OURS),
    },
    unit: 's',
  },
  {
    title: 'Hits at the edge',
    queries: {
      'share of hits':
        `sum(rate(varnish_main_cache_hit${RATE})) / ` +
        `(sum(rate(varnish_main_cache_hit${RATE})) + sum(rate(varnish_main_cache_miss${RATE})))`,
    },
    unit: 'percentunit',
  },
  {
    title: 'Facts by state',
    queries: {
      '{{source}} {{state}}': `sum by (source, state) (rate(pypins_facts_total{${OURS}}${RATE}))`,
    },
    unit: 'ops',
  },
  {
    title: 'Cache tiers',
    queries: {
      '{{tier}} {{outcome}}': `sum by (tier, outcome) (rate(pypins_tier_operations_total{${OURS}}${RATE}))`,
    },
    unit: 'ops',
  },
  {
    title: 'Requests to upstreams',
    queries: {
      '{{upstream}} {{outcome}}': `sum by (upstream, outcome) (rate(pypins_upstream_requests_total{${OURS}}${RATE}))`,
    },
    unit: 'reqps',
  },
  {
    title: 'Time of upstreams, 99 % within',
    queries: {
      '{{upstream}}': quantile(0.99, 'pypins_upstream_duration_seconds', OURS, ', upstream'),
    },
    unit: 's',
  },
  {
    title: 'Upstreams left alone, store that fails, follower that is behind',
    queries: {
      '{{upstream}} left alone': `max by (upstream) (pypins_upstream_breaker_open{${OURS}})`,
      'store fails': `1 - min(pypins_store_healthy{${OURS}})`,
      'not following': `1 - max(pypins_following{${OURS}})`,
    },
    unit: 'bool',
  },
  {
    title: 'Requests left in a quarter of a minute',
    queries: {
      PyPI: `min(pypins_pypi_budget_left{${OURS}})`,
      'pypistats.org': `min(pypins_pypistats_budget_left{${OURS}})`,
    },
    unit: 'short',
  },
  {
    title: 'From a release to its purge',
    queries: {
      'half within': quantile(0.5, 'pypins_follower_lag_seconds', OURS),
      '90 % within': quantile(0.9, 'pypins_follower_lag_seconds', OURS),
    },
    unit: 's',
  },
  {
    title: 'The follower',
    queries: {
      'changes {{outcome}}': `sum by (outcome) (rate(pypins_follower_changes_total{${OURS}}${RATE}))`,
      'purges {{outcome}}': `sum by (outcome) (rate(pypins_follower_purges_total{${OURS}}${RATE}))`,
    },
    unit: 'ops',
  },
  {
    title: 'Raster pictures',
    queries: {
      waiting: `sum(pypins_drawing_waiting{${OURS}})`,
      'being drawn': `sum(pypins_drawing_running{${OURS}})`,
    },
    unit: 'short',
  },
  {
    title: 'Memory of a process',
    queries: { '{{instance}}': `process_resident_memory_bytes{${OURS}}` },
    unit: 'bytes',
  },
  {
    title: 'CPU of a process',
    queries: { '{{instance}}': `rate(process_cpu_seconds_total{${OURS}}${RATE})` },
    unit: 'percentunit',
  },
  {
    title: 'Lag of the event loop, 99 % within',
    queries: { '{{instance}}': `nodejs_eventloop_lag_p99_seconds{${OURS}}` },
    unit: 's',
  },
];

const [WIDTH, HEIGHT, COLUMNS] = [8, 8, 3];

/** Returns the dashboard as JSON that Grafana imports. */
export function renderDashboard(): string {
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  const panels = PANELS.map(({ title, queries, unit }, place) => ({
    id: place + 1,
    type: 'timeseries',
    title,
    datasource,
    gridPos: {
      x: (place % COLUMNS) * WIDTH,
      y: Math.floor(place / COLUMNS) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: Object.entries(queries).map(([legendFormat, expr], number) => ({
      refId: `Q${number + 1}`,
      datasource,
      expr,
      legendFormat,
    })),
  }));
  const dashboard = {
    uid: 'pypins',
    title: 'pypins',
    tags: ['pypins'],
    editable: true,
    schemaVersion: 39,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        {
          name: 'job',
          type: 'query',
          datasource,
          query: 'label_values(pypins_build_info, job)',
          includeAll: true,
          multi: true,
          allValue: '.*',
          refresh: 1,
        },
      ],
    },
    panels,
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
