import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentStore, createContentStore } from '../cache/content/store.ts';
import { createMemoryCache, type MemoryCache } from '../cache/memory.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import { createLocalMessages } from '../cache/store/messages.ts';
import type { RedisSite } from '../cache/store/redis/client.ts';
import { DEADLINES } from './deadlines.ts';
import { type Fault, FAULTS } from './errors.ts';
import type { Shared, SourcesOptions } from './facts/parts.ts';
import { createSources, type OpenedSources } from './facts/sources.ts';
import { createPopularity, type Popularity } from './follow/popularity.ts';
import { type FollowerWatch, watchFollower } from './follow/state/watch.ts';
import type { CachedResponse } from './http/badges/micro-cache.ts';
import type { CachedPicture, Pictures } from './imaging/pictures.ts';
import type { BadgeSpec } from './imaging/spec.ts';
import { KEYS } from './keys.ts';
import { redisSite } from './store/settings.ts';
import type { Logos } from './logos/logos.ts';

const PICTURES_FORMAT = 1;
const SWEEP_INTERVAL_MS = 300_000;
/** Redis publishes which records are stale. */
const REDIS_MEMORY_SECONDS = 5;
/** SQLite publishes nothing, and reading it takes microseconds. */
const SQLITE_MEMORY_SECONDS = 0.25;
/** The micro-cache keeps a response for a second, made from facts in memory. */
const SQLITE_SETTLE_MS = SQLITE_MEMORY_SECONDS * 1000 + 1_000;
/** Start-up waits this long for the store: without it, this process would ask PyPI for facts that others have. */
const STORE_PATIENCE_MS = 500;
const spareOf = ({ message, color }: Fault): BadgeSpec => ({
  label: 'pypi',
  message,
  color,
  style: 'flat',
});

/** What all services need. */
export type ServicesOptions = Pick<SourcesOptions, 'config' | 'log' | 'metrics' | 'version'>;

/** What `pypins serve` and `pypins render` need. */
export interface Services extends Pick<OpenedSources, 'sources' | 'store' | 'messages'> {
  readonly pictures: Pictures;
  readonly logos: Logos;
  /** Those of the micro-cache. */
  readonly responses: MemoryCache<CachedResponse>;
  /** Counts what readers request, for the follower. */
  readonly popularity: Popularity;
  /** The follower as this process sees it. */
  readonly follower: FollowerWatch;
  /** Closes connections, files and timers; never rejects. */
  close(): Promise<void>;
}

/**
 * Makes and connects everything that `pypins serve` needs but the HTTP application. Drawing is loaded here, so that
 * commands that draw nothing start without it.
 */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { config, metrics } = options;
  let follower: FollowerWatch | undefined;
  const isFollowing = (): boolean => follower?.isFollowing() ?? false;
  // The fonts are tested on other threads while the store connects.
  const [drawing, opened, { bytesOfResponse }] = await Promise.all([
    createDrawing(options),
    openSources(options, isFollowing),
    import('./http/badges/micro-cache.ts'),
  ]);
  const { store, messages, sources } = opened;
  const { imaging, memory, disk, pictures, logos } = drawing;
  const responses = createMemoryCache<CachedResponse>({
    maxBytes: config.MEMORY_MAX_BYTES / 8,
    sizeOf: bytesOfResponse,
  });
  // A response made from facts that have just become stale must not be sent again.
  messages.subscribe(() => responses.clear());
  const popularity = createPopularity(store);
  const watch = (follower = await watchFollower(store));

  metrics.watch({
    drawingRunning: () => imaging.queue().running,
    drawingWaiting: () => imaging.queue().waiting,
    budgetLeft: (upstream) => sources.budgetsLeft()[upstream],
    factsBytes: sources.bytes,
    picturesBytes: () => memory.stats().bytes,
    answersBytes: () => responses.stats().bytes,
    diskBytes: () => disk.stats().bytes,
    storeHealthy: () => store.healthy,
    following: isFollowing,
  });

  return {
    sources,
    pictures,
    logos,
    responses,
    store,
    messages,
    popularity,
    follower: watch,
    async close() {
      watch.close();
      await popularity.close();
      await opened.close();
      await disk.close();
    },
  };
}

/**
 * Opens the shared store and the sources of facts, and waits briefly for the store. `isFollowed`: whether a follower
 * refreshes the records.
 */
export async function openSources(
  options: ServicesOptions,
  isFollowed = (): boolean => false,
): Promise<OpenedSources> {
  const { config, log } = options;
  await mkdir(config.CACHE_DIR, { recursive: true }).catch((error: unknown) => {
    log.error({ err: error }, 'cannot create CACHE_DIR: nothing is kept on disk');
  });
  const shared = await openShared(options);
  const sources = createSources({ ...options, ...shared, isFollowed });
  await shared.store.ready(STORE_PATIENCE_MS);
  // For the metrics, until the first badge of downloads.
  await sources.loaded?.look();
  return {
    ...shared,
    sources,
    async close() {
      await sources.close();
      await shared.messages.close();
      await shared.store.close();
    },
  };
}

/** Opens Redis if it is set, otherwise SQLite in `CACHE_DIR`. Loads only the one that is used. */
export async function openShared(options: ServicesOptions): Promise<Shared> {
  const site = redisSite(options.config);
  return site === undefined ? openSqlite(options) : openRedis(options, site);
}

async function openSqlite(options: ServicesOptions): Promise<Shared> {
  const { createSqliteStore } = await import('../cache/store/sqlite/store.ts');
  const { CACHE_DIR, CACHE_MAX_BYTES } = options.config;
  return {
    store: createSqliteStore({
      path: join(CACHE_DIR, 'facts.sqlite'),
      maxBytes: CACHE_MAX_BYTES / 4,
      ...observersOf('sqlite', options),
    }),
    messages: createLocalMessages(SQLITE_SETTLE_MS),
    memorySeconds: SQLITE_MEMORY_SECONDS,
  };
}

async function openRedis(options: ServicesOptions, site: RedisSite): Promise<Shared> {
  const [{ createRedisStore }, { createRedisMessages }] = await Promise.all([
    import('../cache/store/redis/store.ts'),
    import('../cache/store/redis/messages.ts'),
  ]);
  return {
    store: createRedisStore({
      ...site,
      timeoutMs: DEADLINES.storeMs,
      ...observersOf('redis', options),
    }),
    messages: createRedisMessages({ ...site, channel: KEYS.expired }),
    memorySeconds: REDIS_MEMORY_SECONDS,
  };
}

function observersOf(tier: string, { log, metrics }: ServicesOptions) {
  return {
    observe: (operation: string, outcome: string) => metrics.tier(tier, `${operation} ${outcome}`),
    onStateChange(healthy: boolean, error?: unknown): void {
      if (healthy) log.info('the store is available');
      else
        log.warn({ err: error }, 'the store fails: facts come from memory and from the upstreams');
    },
  };
}

/** Pictures in memory and on disk, and the renderer. */
async function createDrawing(options: ServicesOptions) {
  const { config, metrics } = options;
  const [{ createImaging }, { bytesOfPicture, createPictures, drawSpares }, { createLogos }] =
    await Promise.all([
      import('./imaging/imaging.ts'),
      import('./imaging/pictures.ts'),
      import('./logos/logos.ts'),
    ]);
  const imaging = await createImaging({
    directory: join(config.CACHE_DIR, 'fonts'),
    concurrency: config.DRAWING_CONCURRENCY,
    queueLimit: config.DRAWING_QUEUE,
  });
  const memory = createMemoryCache<CachedPicture>({
    maxBytes: (config.MEMORY_MAX_BYTES / 8) * 3,
    sizeOf: ({ picture }) => bytesOfPicture(picture),
  });
  const disk = createDisk(options);
  const pictures = createPictures({
    memory,
    disk,
    flights: createSingleFlight(),
    imaging,
    // Drawn before the first request, for when nothing can be drawn.
    spares: {
      busy: await drawSpares(imaging, spareOf(FAULTS.busy)),
      internal: await drawSpares(imaging, spareOf(FAULTS.internal)),
    },
    observe: metrics.picture,
  });
  return { imaging, memory, disk, pictures, logos: createLogos() };
}

/** Pictures on disk. Each kind of failure is logged once: a full disk fails with every picture. */
function createDisk({ config, log, metrics }: ServicesOptions): ContentStore {
  const loggedCodes = new Set<string>();
  return createContentStore({
    directory: join(config.CACHE_DIR, 'pictures'),
    maxBytes: (config.CACHE_MAX_BYTES / 4) * 3,
    formatVersion: PICTURES_FORMAT,
    sweepIntervalMs: SWEEP_INTERVAL_MS,
    observe(outcome, code) {
      metrics.tier('disk', outcome);
      if (code === undefined || loggedCodes.has(code)) return;
      loggedCodes.add(code);
      log.error({ code }, 'the disk cache fails: pictures come from memory or are drawn');
    },
  });
}
