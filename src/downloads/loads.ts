import { z } from 'zod';
import type { Store } from '../../cache/store/contract.ts';
import { KEYS } from '../keys.ts';
import { parseJson } from '../parse-json.ts';

/** A load is used until another one replaces it: ClickHouse's public tables have stood still for eleven days. */
export const KEPT_SECONDS = 30 * 86_400;
/** Two loads, the current one and the one before it. */
const SLOTS = ['a', 'b'] as const;
type Slot = (typeof SLOTS)[number];

const count = z.number().int().nonnegative();
const day = z.string();
const rangeSchema = z.object({ from: z.string(), to: z.string().optional() });

/** The number of a bucket in its slot, and its first name. */
const bucketSchema = z.tuple([z.string(), count]);

const partSchema = z.object({
  range: rangeSchema,
  buckets: z.array(bucketSchema),
  bytes: count,
  projects: count,
  /** Downloads of the last day without mirrors. */
  dayTotal: count,
  weekTotal: count,
  monthTotal: count,
  through: day,
});
/** A range of names that is in the store. */
export type LoadedPart = z.infer<typeof partSchema>;

const loadSchema = z.object({
  id: z.string(),
  slot: z.enum(SLOTS),
  /** The last day that is counted, as in `2026-11-28`. */
  day,
  loadedAtMs: z.number(),
  tookMs: z.number(),
  projects: count,
  bytes: count,
  dayTotal: count,
  weekTotal: count,
  monthTotal: count,
  /** The first name of each range of names that the server could read at once. */
  bounds: z.array(z.string()),
  /** In the order of names. */
  buckets: z.array(bucketSchema),
  /** The last day's downloads in this and earlier loads, the newest first. */
  history: z.array(z.object({ day, total: count })),
});
/** A whole load. */
export type Load = z.infer<typeof loadSchema>;

const publishedSchema = z.object({ current: loadSchema, previous: loadSchema.nullable() });
/** What badges are made from. */
export type Published = z.infer<typeof publishedSchema>;

const progressSchema = z.object({
  id: z.string(),
  slot: z.enum(SLOTS),
  day,
  startedAtMs: z.number(),
  /** Time of the last query, so that the next leader keeps the pause. */
  queriedAtMs: z.number(),
  done: z.array(partSchema),
  left: z.array(rangeSchema),
  nextBucket: count,
});
/** A load that is not complete, from which the next leader continues. */
export type Progress = z.infer<typeof progressSchema>;

const attemptSchema = z.object({
  atMs: z.number(),
  /** Why the last attempt has published nothing; null if it has, or had nothing to do. */
  problem: z.string().nullable(),
  notBeforeMs: z.number(),
});
export type Attempt = z.infer<typeof attemptSchema>;

const PREFIX = KEYS.downloads;
/** Written last, and alone decides which load is used. */
export const CURRENT_KEY = `${PREFIX}:current`;
const PROGRESS_KEY = `${PREFIX}:progress`;
const ATTEMPT_KEY = `${PREFIX}:attempt`;

export function bucketKey({ slot }: { slot: Slot }, number: number): string {
  return `${PREFIX}:${slot}:${number}`;
}

/** Returns the slot that a new load may overwrite. */
export function freeSlot(published: Published | undefined): Slot {
  return published?.current.slot === 'a' ? 'b' : 'a';
}

export function parsePublished(text: string | undefined): Published | undefined {
  return parseJson(publishedSchema, text);
}

/** The records of loads in the shared store. Reads return undefined where there is none, or the store fails. */
export interface LoadRecords {
  readonly published: () => Promise<Published | undefined>;
  readonly publish: (published: Published) => Promise<boolean>;
  readonly progress: () => Promise<Progress | undefined>;
  readonly saveProgress: (progress: Progress) => Promise<boolean>;
  readonly dropProgress: () => Promise<void>;
  readonly attempt: () => Promise<Attempt | undefined>;
  readonly saveAttempt: (attempt: Attempt) => Promise<void>;
}

export function createLoadRecords(store: Pick<Store, 'get' | 'set'>): LoadRecords {
  const save = (key: string, value: object): Promise<boolean> =>
    store.set(key, JSON.stringify(value), KEPT_SECONDS);
  return {
    published: async () => parsePublished(await store.get(CURRENT_KEY)),
    publish: (published) => save(CURRENT_KEY, published),
    progress: async () => parseJson(progressSchema, await store.get(PROGRESS_KEY)),
    saveProgress: (progress) => save(PROGRESS_KEY, progress),
    dropProgress: async () => void (await store.set(PROGRESS_KEY, '', 1)),
    attempt: async () => parseJson(attemptSchema, await store.get(ATTEMPT_KEY)),
    saveAttempt: async (attempt) => void (await save(ATTEMPT_KEY, attempt)),
  };
}
