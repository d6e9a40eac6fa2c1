import { hash } from 'node:crypto';
import type { ContentStore } from '../cache/content-store.ts';
import type { MemoryCache } from '../cache/memory.ts';
import type { SingleFlight } from '../cache/single-flight.ts';
import { drawingCost } from './imaging/cost.ts';
import type { Imaging } from './imaging/imaging.ts';
import type { RasterFormat } from './imaging/raster.ts';
import { type BadgeSpec, type Format, FORMATS, type Picture, type Scale } from './imaging/spec.ts';
import { drawSvg, identityOf } from './imaging/svg.ts';

/** Where a picture came from; the names stand in `X-Cache`. */
export type PictureTier = 'memory' | 'disk' | 'drawn';

/** What to draw; two equal wishes have one digest, one picture, one strong ETag. */
export interface PictureWish {
  readonly spec: BadgeSpec;
  readonly format: Format;
  readonly scale: Scale;
}

interface RasterWish extends PictureWish {
  readonly format: RasterFormat;
}

export interface Pictures {
  /**
   * 64 hex digits for all that decides the picture's bytes: 48 of a SHA-256 of what it shows, 16 of one of format, scale and
   * the renderer's fingerprint.
   */
  digest(wish: PictureWish): string;
  /** Draws the SVG of that digest at once. */
  svg(spec: BadgeSpec, digest: string): Drawn;
  /**
   * The picture; a raster one from memory, from disk, or drawn. `charge` is called before that is drawn: it gives its rank
   * among those that wait, or throws to refuse it. Rejects with `DrawingQueueFullError` when too many are being drawn.
   */
  get(wish: PictureWish, digest: string, charge: (cost: number) => number): Promise<Drawn>;
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

/** A raster picture in memory. */
export interface HeldPicture {
  readonly picture: Buffer;
  /** The disk has it, or was given it. */
  readonly isStored: boolean;
}

export interface PicturesOptions {
  memory: MemoryCache<HeldPicture>;
  disk: Pick<ContentStore, 'get' | 'put'>;
  flights: SingleFlight<Buffer>;
  imaging: Pick<Imaging, 'draw' | 'fingerprint'>;
  spares: ReadonlyMap<Format, Spare>;
  observe?: (tier: PictureTier, format: Format) => void;
}

/**
 * Pictures by what they show: they never age, so nothing is ever invalidated. An SVG is drawn each time: it takes less
 * than the request around it, and hardly any is asked for again (`docs/performance.md`). Raster pictures stay in memory, and on disk
 * once they are asked for twice, since writing takes a fifth of the time of drawing.
 */
export function createPictures({
  memory,
  disk,
  flights,
  imaging,
  spares,
  observe,
}: PicturesOptions): Pictures {
  const recall = (digest: string): Buffer | undefined => {
    const held = memory.get(digest);
    if (held === undefined) return undefined;
    const { picture, isStored } = held;
    if (!isStored) {
      memory.set(digest, { picture, isStored: true });
      // Nobody waits for the disk; the store counts its own failures.
      void disk.put(digest, picture);
    }
    return picture;
  };

  const draw = async (wish: RasterWish, digest: string, rank: number): Promise<Buffer> => {
    const { spec, format, scale } = wish;
    const picture = await imaging.draw(spec, format, scale, rank);
    memory.set(digest, { picture, isStored: false });
    return picture;
  };

  const find = async (
    wish: RasterWish,
    digest: string,
    charge: (cost: number) => number,
  ): Promise<Drawn> => {
    const held = recall(digest);
    if (held !== undefined) return { picture: held, tier: 'memory' };
    const stored = await disk.get(digest);
    if (stored !== undefined) {
      memory.set(digest, { picture: stored, isStored: true });
      return { picture: stored, tier: 'disk' };
    }
    const rank = charge(drawingCost(wish.spec, wish.scale));
    const picture = await flights.run(digest, () => draw(wish, digest, rank));
    return { picture, tier: 'drawn' };
  };

  const svg = (spec: BadgeSpec, digest: string): Drawn => {
    observe?.('drawn', 'svg');
    return { picture: drawSvg(spec, digest), tier: 'drawn' };
  };

  return {
    digest: createDigests(imaging.fingerprint),
    spare: (format) => spares.get(format),
    svg,
    async get({ spec, format, scale }, digest, charge) {
      if (format === 'svg') return svg(spec, digest);
      const found = await find({ spec, format, scale }, digest, charge);
      observe?.(found.tier, format);
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
  imaging: PicturesOptions['imaging'],
  spec: BadgeSpec,
): Promise<ReadonlyMap<Format, Spare>> {
  const spares = new Map<Format, Spare>();
  const digestOf = createDigests(imaging.fingerprint);
  // One after the other: the queue may be shorter than the list.
  for (const format of FORMATS.filter((each) => each !== 'svg')) {
    const digest = digestOf({ spec, format, scale: 1 });
    spares.set(format, { digest, picture: await imaging.draw(spec, format, 1) });
  }
  return spares;
}

/** What names pictures that are drawn by a renderer: what they show, and how. */
function createDigests(fingerprint: string): (wish: PictureWish) => string {
  const renderings = new Map<string, string>();
  return ({ spec, format, scale }) => {
    const how = `${format} ${scale}`;
    const rendering = renderings.get(how) ?? hash('sha256', `${fingerprint} ${how}`).slice(0, 16);
    renderings.set(how, rendering);
    return `${identityOf(spec).slice(0, 48)}${rendering}`;
  };
}
