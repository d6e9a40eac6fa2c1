import { hash } from 'node:crypto';
import type { ContentStore } from '../cache/content-store.ts';
import type { MemoryCache } from '../cache/memory.ts';
import type { SingleFlight } from '../cache/single-flight.ts';
import { drawingCost } from './imaging/cost.ts';
import type { Imaging } from './imaging/imaging.ts';
import { type BadgeSpec, type Format, FORMATS, type Picture, type Scale } from './imaging/spec.ts';
import { essenceOf } from './imaging/svg.ts';

/** Where a picture came from; the names stand in `X-Cache`. */
export type PictureTier = 'memory' | 'disk' | 'drawn';

/** What to draw; two equal wishes have one digest, one picture, one strong ETag. */
export interface PictureWish {
  readonly spec: BadgeSpec;
  readonly format: Format;
  readonly scale: Scale;
}

export interface Pictures {
  /** SHA-256, in hex, of all that decides the picture's bytes: spec, format, scale and the renderer's fingerprint. */
  digest(wish: PictureWish): string;
  /**
   * The picture, from memory, from disk, or drawn. `admit` is called before a raster picture is drawn: it gives its rank
   * among those that wait, or throws to refuse it. Rejects with `DrawingQueueFullError` when too many are being drawn.
   */
  get(wish: PictureWish, digest: string, admit: (cost: number) => number): Promise<Drawn>;
  /** The `busy` picture of a raster format, which is at hand even when nothing can be drawn. */
  spare(format: Format): Spare | undefined;
}

/** A picture, and where it came from. */
export interface Drawn {
  readonly picture: Picture;
  readonly tier: PictureTier;
}

/** A picture that was drawn at the start. */
export interface Spare {
  readonly digest: string;
  readonly picture: Picture;
}

/** A picture in memory. */
export interface HeldPicture {
  readonly picture: Picture;
  /** The disk has it, or was given it. */
  readonly isStored: boolean;
}

export interface PicturesOptions {
  memory: MemoryCache<HeldPicture>;
  disk: Pick<ContentStore, 'get' | 'put'>;
  flights: SingleFlight<Picture>;
  imaging: Pick<Imaging, 'draw' | 'fingerprint'>;
  spares: ReadonlyMap<Format, Spare>;
  observe?: (tier: PictureTier, format: Format) => void;
}

/**
 * Pictures by what they show: they never age, so nothing is ever invalidated. An SVG is drawn faster than it is read
 * from disk (`docs/performance.md`), so the disk holds raster pictures only; and of these what has been asked for twice,
 * since writing takes a fifth of the time of drawing, and most pictures are one badge's own, which the edge keeps.
 */
export function createPictures({
  memory,
  disk,
  flights,
  imaging,
  spares,
  observe,
}: PicturesOptions): Pictures {
  const recall = (digest: string): Picture | undefined => {
    const held = memory.get(digest);
    if (held === undefined) return undefined;
    const { picture, isStored } = held;
    if (!isStored && typeof picture !== 'string') {
      memory.set(digest, { picture, isStored: true });
      // Nobody waits for the disk; the store counts its own failures.
      void disk.put(digest, picture);
    }
    return picture;
  };

  const draw = async (wish: PictureWish, digest: string, rank: number): Promise<Picture> => {
    const { spec, format, scale } = wish;
    const picture = await imaging.draw(spec, format, scale, rank);
    memory.set(digest, { picture, isStored: false });
    return picture;
  };

  const find = async (
    wish: PictureWish,
    digest: string,
    admit: (cost: number) => number,
  ): Promise<Drawn> => {
    const held = recall(digest);
    if (held !== undefined) return { picture: held, tier: 'memory' };
    // There is nothing to be shared, or counted, of what takes microseconds.
    if (wish.format === 'svg') return { picture: await draw(wish, digest, 0), tier: 'drawn' };
    const stored = await disk.get(digest);
    if (stored !== undefined) {
      memory.set(digest, { picture: stored, isStored: true });
      return { picture: stored, tier: 'disk' };
    }
    const rank = admit(drawingCost(wish.spec, wish.scale));
    const picture = await flights.run(digest, () => draw(wish, digest, rank));
    return { picture, tier: 'drawn' };
  };

  return {
    digest: (wish) => digestOf(wish, imaging.fingerprint),
    spare: (format) => spares.get(format),
    async get(wish, digest, admit) {
      const found = await find(wish, digest, admit);
      observe?.(found.tier, wish.format);
      return found;
    },
  };
}

/** What a picture takes in memory, in bytes. V8 holds a character in at most two. */
export function bytesOfPicture(picture: Picture): number {
  return typeof picture === 'string' ? 2 * picture.length : picture.length;
}

/** Draws the `busy` picture of each raster format, for when nothing else can be drawn. */
export async function drawSpares(
  imaging: Pick<Imaging, 'drawPlain' | 'fingerprint'>,
  spec: BadgeSpec,
): Promise<ReadonlyMap<Format, Spare>> {
  const raster = FORMATS.filter((format) => format !== 'svg');
  const spares = raster.map(async (format): Promise<[Format, Spare]> => {
    // Plain as it is, it has another name than the usual one.
    const digest = digestOf({ spec, format, scale: 1 }, `${imaging.fingerprint} plain`);
    return [format, { digest, picture: await imaging.drawPlain(spec, format) }];
  });
  return new Map(await Promise.all(spares));
}

function digestOf({ spec, format, scale }: PictureWish, fingerprint: string): string {
  return hash('sha256', JSON.stringify([fingerprint, format, scale, essenceOf(spec)]));
}
