import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canOpen, prepareFonts } from './fonts.ts';
import { createRasterizer, type RasterFormat } from './raster.ts';
import { testFonts } from './self-test.ts';
import type { BadgeSpec, Scale } from './spec.ts';
import { drawSvg } from './svg.ts';
import { createTurns, drawingCost, NoTurnError } from './queue.ts';

/** Raise it with every change of ours that changes a picture: all stored pictures are named by it. */
const RENDERER_REVISION = 3;
/** An image proxy gives up after 4 s, the edge after 2.3: what waits for longer would be drawn for nobody. */
const MAX_WAIT_MS = 1_000;
/** Above this cost a picture is large: it may take 200 ms. Large ones have a queue of their own, and half of a core. */
const LARGE = 8;
const LARGE_WAITING = 32;

export interface ImagingOptions {
  /** Where fontconfig's settings and cache may be written; a temporary directory stands in for it. */
  readonly directory: string;
  /** How many raster pictures are drawn at once. */
  readonly concurrency: number;
  /** How many more may wait for their turn. */
  readonly queueLimit: number;
}

export interface Imaging {
  /**
   * Returns the raster picture; the same bytes for the same arguments. Of those that wait, the one of the lowest rank comes
   * first. Rejects with a `DrawingQueueFullError` when too many are wanted at once.
   */
  readonly draw: (
    spec: BadgeSpec,
    format: RasterFormat,
    scale: Scale,
    rank?: number,
  ) => Promise<Buffer>;
  /** Returns a raster picture at scale 1, at once. Its letters are not fitted to their boxes: their widths load slowly. */
  readonly drawPlain: (spec: BadgeSpec, format: RasterFormat) => Promise<Buffer>;
  /** Names everything that decides how a picture of a given spec looks: stored pictures of another one are void. */
  readonly fingerprint: string;
  readonly queue: () => { readonly running: number; readonly waiting: number };
}

/** So many pictures are being drawn that one more would only make all of them late. */
export class DrawingQueueFullError extends Error {
  constructor(cause?: unknown) {
    super('too many pictures are waiting to be drawn', { cause });
    this.name = 'DrawingQueueFullError';
  }
}

/**
 * Readies fonts and renderer, and proves that text is drawn: rejects with a `FontsBrokenError` where it is not. Once a
 * process, before anything else loads sharp.
 */
export async function createImaging(options: ImagingOptions): Promise<Imaging> {
  const { directory, concurrency, queueLimit } = options;
  const fonts = await prepareFonts(directory);
  const rasterizer = await createRasterizer(fonts);
  const [badgeMaker] = await Promise.all([readVersion('badge-maker'), testFonts(rasterizer)]);
  // Each drawing opens one font at a time.
  const opens = concurrency + 2;
  const maxWaitMs = MAX_WAIT_MS;
  const usual = createTurns({ concurrency, waitingLimit: queueLimit, maxWaitMs });
  const large = createTurns({
    concurrency: 1,
    waitingLimit: LARGE_WAITING,
    maxWaitMs,
    restsBetween: true,
  });
  const drawNow = async (rasterize: () => Promise<Buffer>): Promise<Buffer> => {
    if (!canOpen(fonts.files.sans, opens)) throw new DrawingQueueFullError();
    const bytes = await rasterize();
    // A wrong picture would be kept under the name of the right one.
    if (!canOpen(fonts.files.sans, 1)) throw new DrawingQueueFullError();
    return bytes;
  };
  return {
    draw: async (spec, format, scale, rank = 0) => {
      const prepare = () => rasterizer.prepare(drawSvg(spec), format, scale);
      try {
        // Nothing is done for a large one before its turn: it may not come. Where all are usual, no core waits.
        if (drawingCost(spec, scale) > LARGE)
          return await large.run(rank, async () => drawNow(await prepare()));
        const rasterize = prepare();
        // Nobody waits for it where there is no turn.
        rasterize.catch(() => undefined);
        return await usual.run(rank, async () => drawNow(await rasterize));
      } catch (error) {
        throw isTooMuch(error) ? new DrawingQueueFullError(error) : error;
      }
    },
    drawPlain: (spec, format) =>
      rasterizer.rasterize(drawSvg(spec).replace(/ textLength="[\d.]+"/g, ''), format, 1),
    fingerprint: createHash('sha256')
      .update(
        JSON.stringify([RENDERER_REVISION, badgeMaker, rasterizer.versions, fonts.fingerprint]),
      )
      .digest('hex')
      .slice(0, 16),
    queue: () => ({
      running: usual.stats().running + large.stats().running,
      waiting: usual.stats().waiting + large.stats().waiting,
    }),
  };
}

// Its exports hide package.json.
async function readVersion(packageName: string): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(packageName);
  const manifest = await readFile(join(dirname(entry), '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}

/**
 * Nobody may wait any more; sharp has cut off a drawing that took too long, or no file can be opened: these two say so in
 * words alone.
 */
function isTooMuch(error: unknown): boolean {
  if (error instanceof NoTurnError) return true;
  return error instanceof Error && /timeout:|too many open file/.test(error.message);
}
