import { loadOnce } from '../cache/load-once.ts';
import { FAULTS } from './errors.ts';
import { createMakers, type Makers } from './metric-makers.ts';
import Registry from 'prom-client/lib/registry.js';

/** Buckets of the follower's lag, from the publication of a release to its purge. */
export const LAG_BOUNDS_SECONDS = [5, 10, 20, 30, 45, 60, 90, 120, 300, 900, 3600] as const;
/** Interval at which the lag of the event loop is measured; the reported lag includes it. */
const LAG_INTERVAL_MS = 100;

interface RequestCount {
  readonly kind: string;
  readonly verdict: string;
  readonly format: string;
  readonly status: number;
  readonly seconds: number;
}

/** Events of the follower. */
export interface FollowerObserver {
  readonly poll: (outcome: 'answered' | 'failed') => void;
  /** `seen` in the feed; `followed`: of a requested project; `confirmed` by PyPI's page, or `unconfirmed` yet. */
  readonly changes: (
    outcome: 'seen' | 'followed' | 'confirmed' | 'unconfirmed',
    count: number,
  ) => void;
  readonly purges: (outcome: 'purged' | 'failed', projects: number) => void;
  /** From publication to purge. */
  readonly lag: (seconds: number) => void;
  /** Whether each node of the edge has taken all purges, by its name; none while another follower leads. */
  readonly nodes: (nodes: ReadonlyMap<string, boolean>) => void;
}

/** Gauges that are read on each scrape. */
export interface Gauges {
  readonly drawingRunning: () => number;
  readonly drawingWaiting: () => number;
  readonly budgetLeft: (upstream: 'pypi' | 'pypistats') => number;
  readonly factsBytes: () => number;
  readonly picturesBytes: () => number;
  readonly answersBytes: () => number;
  readonly diskBytes: () => number;
  readonly storeHealthy: () => boolean;
  readonly following: () => boolean;
}

/** Gauges of the daily load of download counts. */
export interface DownloadGauges {
  /** Infinite without a load. */
  readonly ageDays: () => number;
  readonly projects: () => number;
  readonly bytes: () => number;
  readonly seconds: () => number;
  readonly queriesLeft: () => number;
}

/** Counters and gauges of a process. No label contains the name of a project, or anything else that a client chose. */
export interface Metrics {
  readonly request: (count: RequestCount) => void;
  /** An operation of a cache tier: `answers` (the micro-cache), `redis`, `sqlite`, `disk`. */
  readonly tier: (tier: string, outcome: string) => void;
  /** A look-up of facts. `state`: fresh, stale, absent or unavailable. */
  readonly facts: (source: string, state: string, tier: string) => void;
  readonly refresh: (source: string, outcome: string) => void;
  readonly picture: (tier: string, format: string) => void;
  readonly upstream: (upstream: string, outcome: string, seconds: number) => void;
  readonly breaker: (upstream: string, isOpen: boolean) => void;
  readonly follower: FollowerObserver;
  readonly watch: (gauges: Gauges) => void;
  readonly watchDownloads: (gauges: DownloadGauges) => void;
  /** Returns all metrics in Prometheus' text format. */
  readonly render: () => Promise<{ contentType: string; text: string }>;
  /** Returns the metrics as prom-client describes them: name, help, names of labels. */
  readonly list: () => readonly object[];
}

/** Creates the metrics of a process, in a registry of their own. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const make = createMakers(registry);
  const collectProcess = loadOnce(() => collectProcessMetrics(registry));
  make
    .gauge('build_info', 'Versions of pypins and Node', ['version', 'node'])
    .set({ version, node: process.version }, 1);
  const counted = createCounters(make);
  startAtZero(counted);

  return {
    request({ kind, verdict, format, status, seconds }) {
      counted.requests.inc({ kind, verdict, format, status });
      counted.durations.observe({ verdict }, seconds);
    },
    tier: (tier, outcome) => counted.tiers.inc({ tier, outcome }),
    facts: (source, state, tier) => counted.facts.inc({ source, state, tier }),
    refresh: (source, outcome) => counted.refreshes.inc({ source, outcome }),
    picture: (tier, format) => counted.pictures.inc({ tier, format }),
    upstream(upstream, outcome, seconds) {
      counted.upstreams.inc({ upstream, outcome });
      counted.upstreamDurations.observe({ upstream }, seconds);
    },
    follower: {
      poll: (outcome) => counted.polls.inc({ outcome }),
      changes: (outcome, count) => counted.changes.inc({ outcome }, count),
      purges: (outcome, projects) => counted.purges.inc({ outcome }, projects),
      lag: (seconds) => counted.lags.observe(seconds),
      nodes(nodes) {
        // A node that has gone is none any more.
        counted.nodesBehind.reset();
        for (const [node, hasAll] of nodes) counted.nodesBehind.set({ node }, Number(!hasAll));
      },
    },
    breaker: (upstream, isOpen) => counted.breakers.set({ upstream }, Number(isOpen)),
    watch: (gauges) => watchGauges(make, gauges),
    watchDownloads: (gauges) => watchDownloadGauges(make, gauges),
    async render() {
      // Without a free file descriptor they cannot be loaded; the others are reported all the same.
      await collectProcess().catch(() => undefined);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    list: () => registry.getMetricsAsArray(),
  };
}

/**
 * Creates the counters that alerts are about. A counter that begins with its first failure has not grown, as Prometheus
 * sees it.
 */
function startAtZero({ requests, tiers, polls, purges, breakers }: Counters): void {
  for (const { verdict, status } of Object.values(FAULTS))
    requests.inc({ kind: 'none', verdict, format: 'json', status }, 0);
  for (const outcome of ['get failed', 'set failed']) {
    for (const tier of ['redis', 'sqlite']) tiers.inc({ tier, outcome }, 0);
  }
  tiers.inc({ tier: 'disk', outcome: 'failed' }, 0);
  for (const outcome of ['answered', 'failed']) polls.inc({ outcome }, 0);
  for (const outcome of ['purged', 'failed']) purges.inc({ outcome }, 0);
  for (const upstream of ['pypi', 'simple', 'pypistats']) breakers.set({ upstream }, 0);
}

function watchGauges(make: Makers, gauges: Gauges): void {
  make.reading('drawing_running', 'Raster pictures being drawn', gauges.drawingRunning);
  make.reading('drawing_waiting', 'Raster pictures waiting to be drawn', gauges.drawingWaiting);
  make.reading(
    'pypi_budget_left',
    'Requests to PyPI for facts left in the current 15 seconds',
    () => gauges.budgetLeft('pypi'),
  );
  make.reading(
    'pypistats_budget_left',
    'Requests to pypistats.org left in the current 15 seconds',
    () => gauges.budgetLeft('pypistats'),
  );
  make.reading('memory_facts_bytes', 'Bytes of facts in memory', gauges.factsBytes);
  make.reading('memory_pictures_bytes', 'Bytes of pictures in memory', gauges.picturesBytes);
  make.reading('memory_answers_bytes', 'Bytes of whole responses in memory', gauges.answersBytes);
  make.reading('disk_pictures_bytes', 'Bytes of pictures on disk', gauges.diskBytes);
  make.reading('store_healthy', '1 while the shared store answers and takes writes', () =>
    Number(gauges.storeHealthy()),
  );
  make.reading(
    'following',
    '1 while a follower is up to date, so that the edge keeps facts for a day',
    () => Number(gauges.following()),
  );
}

function watchDownloadGauges(make: Makers, gauges: DownloadGauges): void {
  make.reading(
    'downloads_age_days',
    'Days since the last day that the load of download counts covers; +Inf without a load',
    gauges.ageDays,
  );
  make.reading('downloads_projects', 'Projects in the load', gauges.projects);
  make.reading('downloads_bytes', 'Bytes of the load in the shared store', gauges.bytes);
  make.reading('downloads_load_seconds', 'Time that the load took', gauges.seconds);
  make.reading(
    'clickhouse_queries_left',
    'Queries to ClickHouse left in this hour, as this process last saw it',
    gauges.queriesLeft,
  );
}

/** Adds the default metrics of the process and of Node. */
async function collectProcessMetrics(register: Registry): Promise<void> {
  const { collectDefaultMetrics } = await import('prom-client');
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_INTERVAL_MS });
}

function createCounters(make: Makers) {
  return {
    requests: make.counter('requests_total', 'Answered requests', [
      'kind',
      'verdict',
      'format',
      'status',
    ]),
    durations: make.histogram('request_duration_seconds', 'Time to answer a request', ['verdict']),
    tiers: make.counter(
      'tier_operations_total',
      'Operations of the cache tiers: answers (the micro-cache), redis, sqlite, disk',
      ['tier', 'outcome'],
    ),
    facts: make.counter('facts_total', 'Look-ups of facts', ['source', 'state', 'tier']),
    refreshes: make.counter('refreshes_total', 'Refreshes of facts from an upstream', [
      'source',
      'outcome',
    ]),
    pictures: make.counter('pictures_total', 'Pictures by the tier that provided them', [
      'tier',
      'format',
    ]),
    upstreams: make.counter('upstream_requests_total', 'Requests to upstreams', [
      'upstream',
      'outcome',
    ]),
    upstreamDurations: make.histogram('upstream_duration_seconds', 'Time of upstream requests', [
      'upstream',
    ]),
    polls: make.counter('follower_polls_total', 'Polls of the feed', ['outcome']),
    changes: make.counter(
      'follower_changes_total',
      'Changes of projects: seen in the feed, followed (the project is requested), confirmed by PyPI, or unconfirmed',
      ['outcome'],
    ),
    purges: make.counter('follower_purges_total', 'Purges of projects at the edge nodes', [
      'outcome',
    ]),
    lags: make.histogram(
      'follower_lag_seconds',
      'Time from the publication of a release to its purge',
      [],
      [...LAG_BOUNDS_SECONDS],
    ),
    nodesBehind: make.gauge(
      'follower_node_behind',
      'Nodes of the edge as the leading follower knows them, each address by itself: 1 while one has not taken all purges',
      ['node'],
    ),
    breakers: make.gauge(
      'upstream_breaker_open',
      '1 while the circuit breaker of an upstream is open',
      ['upstream'],
    ),
  };
}

type Counters = ReturnType<typeof createCounters>;
