import { join } from 'node:path';
import type { Messages } from '../cache/store/messages.ts';
import { createMemoryCache, type MemoryCache } from '../cache/memory.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import type { Store } from '../cache/store/contract.ts';
import { composeSpec } from './badges/compose.ts';
import { createPopularity, type Popularity } from './follow/popularity.ts';
import { FAULTS } from './errors.ts';
import { type FollowerWatch, watchFollower } from './follow/state/watch.ts';
import { bytesOfAnswer, type RememberedAnswer } from './http/badges/micro-cache.ts';
import { createImaging } from './imaging/imaging.ts';
import type { Format } from './imaging/spec.ts';
import {
  bytesOfPicture,
  createPictures,
  drawSpares,
  type HeldPicture,
  type Pictures,
  type Spare,
} from './imaging/pictures.ts';
import { openSources, type Sources } from './facts/sources.ts';
import { createDisk, type ServicesOptions } from './stores.ts';

const BUSY = composeSpec({ ...FAULTS.busy, label: 'pypi' }, { style: 'flat' });

/** Everything that lives as long as the process. */
export interface Services {
  readonly sources: Sources;
  readonly pictures: Pictures;
  /** Whole answers of the last second. */
  readonly answers: MemoryCache<RememberedAnswer>;
  readonly store: Store;
  readonly messages: Messages;
  /** Counts what readers request, for the follower. */
  readonly popularity: Popularity;
  /** The follower, as this process sees it. */
  readonly follower: FollowerWatch;
  /** Draws what has to be at hand when nothing can be drawn; never rejects. */
  readonly warmUp: () => Promise<void>;
  /** Lets go of connections, files and timers; never rejects. */
  close(): Promise<void>;
}

/** The composition root: the one place where what lives long is made and joined. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { config, metrics } = options;
  let follower: FollowerWatch | undefined;
  const isFollowing = (): boolean => follower?.isFollowing() ?? false;
  // Fonts are looked for and tried on other threads: meanwhile the stores are opened.
  const [drawing, opened] = await Promise.all([
    createDrawing(options),
    openSources(options, isFollowing),
  ]);
  const { store, messages, sources } = opened;
  const { imaging, memory, disk, pictures, warmUp } = drawing;
  const answers = createMemoryCache({
    maxBytes: config.MEMORY_MAX_BYTES / 8,
    sizeOf: bytesOfAnswer,
  });
  // Whole answers are a second old at most; of what has expired, none may be given again.
  messages.subscribe(() => answers.clear());
  const popularity = createPopularity(store);
  const watch = (follower = await watchFollower(store));

  metrics.watch({
    drawingRunning: () => imaging.queue().running,
    drawingWaiting: () => imaging.queue().waiting,
    budgetLeft: (upstream) => sources.budgetsLeft()[upstream],
    factsBytes: () => sources.projects.stats().bytes + sources.downloads.stats().bytes,
    picturesBytes: () => memory.stats().bytes,
    answersBytes: () => answers.stats().bytes,
    diskBytes: () => disk.stats().bytes,
    storeHealthy: () => store.healthy,
    following: isFollowing,
  });

  return {
    sources,
    pictures,
    answers,
    store,
    messages,
    popularity,
    follower: watch,
    warmUp,
    async close() {
      watch.close();
      await popularity.close();
      await opened.close();
      await disk.close();
    },
  };
}

/** The pictures, in memory and on disk, and what draws them. */
async function createDrawing(options: ServicesOptions) {
  const { config, metrics, log } = options;
  const imaging = await createImaging({
    directory: join(config.CACHE_DIR, 'fonts'),
    concurrency: config.DRAWING_CONCURRENCY,
    queueLimit: config.DRAWING_QUEUE,
  });
  const memory = createMemoryCache<HeldPicture>({
    maxBytes: (config.MEMORY_MAX_BYTES / 8) * 3,
    sizeOf: ({ picture }) => bytesOfPicture(picture),
  });
  const disk = createDisk(options);
  const spares = new Map<Format, Spare>();
  const pictures = createPictures({
    memory,
    disk,
    flights: createSingleFlight(),
    imaging,
    spares,
    observe: metrics.picture,
  });
  return {
    imaging,
    memory,
    disk,
    pictures,
    warmUp: async () => {
      try {
        const drawn = await drawSpares(imaging, BUSY);
        for (const [format, spare] of drawn) spares.set(format, spare);
      } catch (error) {
        log.error({ err: error }, 'the spare pictures cannot be drawn');
      }
    },
  };
}
