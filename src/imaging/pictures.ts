import { hash } from 'node:crypto';
import type { ContentStore } from '../../cache/content/store.ts';
import type { MemoryCache } from '../../cache/memory.ts';
import type { SingleFlight } from '../../cache/single-flight.ts';
import { drawingCost } from './cost.ts';
import type { Imaging } from './imaging.ts';
import type { RasterFormat } from './raster.ts';
import { type BadgeSpec, type Format, FORMATS, type Picture, type Scale } from './spec.ts';
import { drawSvg, identityOf } from './svg.ts';

/** Tier that provided a picture, as in `X-Cache`. */
export type PictureTier = 'memory' | 'disk' | 'drawn';

/** What to draw. Equal requests have the same digest, which is the strong ETag. */
export interface PictureRequest {
  readonly spec: BadgeSpec;
  readonly format: Format;
  readonly scale: Scale;
}

interface RasterRequest extends PictureRequest {
  readonly format: RasterFormat;
}

export interface Pictures {
  /** Returns 64 hex digits: 48 for what the picture shows, 16 for format, scale and the renderer's fingerprint. */
  digest(request: PictureRequest): string;
  /**
   * Returns the picture from memory, from disk, or drawn. `charge` is called before a raster picture is drawn; it
   * returns the priority in the queue, or throws to refuse the drawing. Rejects with a `DrawingQueueFullError` under
   * overload.
   */
  get(
    request: PictureRequest,
    digest: string,
    charge: (cost: number) => number,
  ): Promise<PictureResult>;
  /** Returns the picture of a fault in a raster format, for when nothing can be drawn. */
  spare(format: Format, fault: SpareFault): Spare | undefined;
}

export interface PictureResult {
  readonly picture: Picture;
  readonly tier: PictureTier;
}

/** Overload, or a broken installation. */
export type SpareFault = 'busy' | 'internal';
export type Spares = Readonly<Record<SpareFault, ReadonlyMap<Format, Spare>>>;

/** A picture drawn at start-up. */
export interface Spare {
  readonly digest: string;
  readonly picture: Picture;
}

/** A raster picture in memory. */
export interface CachedPicture {
  readonly picture: Buffer;
  /** Whether it is on disk, or being written there. */
  readonly isStored: boolean;
}

export interface PicturesOptions {
  memory: MemoryCache<CachedPicture>;
  disk: Pick<ContentStore, 'get' | 'put'>;
  flights: SingleFlight<Buffer>;
  imaging: Pick<Imaging, 'draw' | 'fingerprint'>;
  spares: Spares;
  observe?: (tier: PictureTier, format: Format) => void;
}

/**
 * Creates the cache of pictures. Their key is what they show, so they never become stale. SVGs are drawn each time:
 * that costs less than the request around it (`docs/performance.md`). Raster pictures are kept in memory, and on disk
 * once they are requested twice, since writing takes a fifth of the time of drawing.
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
    const cached = memory.get(digest);
    if (cached === undefined) return undefined;
    const { picture, isStored } = cached;
    if (!isStored) {
      memory.set(digest, { picture, isStored: true });
      // Not awaited; the store reports its own failures.
      void disk.put(digest, picture);
    }
    return picture;
  };

  const draw = async (
    request: RasterRequest,
    digest: string,
    priority: number,
  ): Promise<Buffer> => {
    const { spec, format, scale } = request;
    const picture = await imaging.draw(spec, format, scale, priority);
    memory.set(digest, { picture, isStored: false });
    return picture;
  };

  const find = async (
    request: RasterRequest,
    digest: string,
    charge: (cost: number) => number,
  ): Promise<PictureResult> => {
    const cached = recall(digest);
    if (cached !== undefined) return { picture: cached, tier: 'memory' };
    const stored = await disk.get(digest);
    if (stored !== undefined) {
      memory.set(digest, { picture: stored, isStored: true });
      return { picture: stored, tier: 'disk' };
    }
    const priority = charge(drawingCost(request.spec, request.format, request.scale));
    const picture = await flights.run(digest, () => draw(request, digest, priority));
    return { picture, tier: 'drawn' };
  };

  return {
    digest: createDigests(imaging.fingerprint),
    spare: (format, fault) => spares[fault].get(format),
    async get({ spec, format, scale }, digest, charge) {
      const found: PictureResult =
        format === 'svg'
          ? { picture: drawSvg(spec, digest), tier: 'drawn' }
          : await find({ spec, format, scale }, digest, charge);
      observe?.(found.tier, format);
      return found;
    },
  };
}

/** Returns the memory that a picture takes, in bytes. V8 stores a character in at most two. */
export function bytesOfPicture(picture: Picture): number {
  return typeof picture === 'string' ? 2 * picture.length : picture.length;
}

/** Draws the picture of a fault in each raster format. */
export async function drawSpares(
  imaging: Pick<Imaging, 'drawPlain' | 'fingerprint'>,
  spec: BadgeSpec,
): Promise<ReadonlyMap<Format, Spare>> {
  // Differs from the fitted picture, so it must have another digest.
  const digestOf = createDigests(`${imaging.fingerprint} plain`);
  const raster = FORMATS.filter((format) => format !== 'svg');
  const spares = raster.map(async (format): Promise<[Format, Spare]> => {
    const digest = digestOf({ spec, format, scale: 1 });
    return [format, { digest, picture: await imaging.drawPlain(spec, format) }];
  });
  return new Map(await Promise.all(spares));
}

/** Returns a function that computes digests. The part that does not depend on the spec is computed once. */
function createDigests(fingerprint: string): (request: PictureRequest) => string {
  const renderings = new Map<string, string>();
  return ({ spec, format, scale }) => {
    const key = `${format} ${scale}`;
    const rendering = renderings.get(key) ?? hash('sha256', `${fingerprint} ${key}`).slice(0, 16);
    renderings.set(key, rendering);
    return `${identityOf(spec).slice(0, 48)}${rendering}`;
  };
}
