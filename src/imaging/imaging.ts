import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canOpen, prepareFonts } from './fonts/fonts.ts';
import { createRasterizer, type RasterFormat } from './raster.ts';
import { type Scripts, testScripts } from './fonts/scripts.ts';
import { testFonts } from './fonts/self-test.ts';
import type { BadgeSpec, Scale } from './spec.ts';
import { drawSvg } from './svg.ts';
import { drawingCost, LARGE_COST } from './cost.ts';
import { createQueue, DroppedError } from './queue.ts';

/** Raise it with every change of our code that changes a picture; stored pictures of other revisions are not used. */
const RENDERER_REVISION = 4;
/** The edge gives up after 2.3 s: nobody would receive a picture that waits for longer. */
const MAX_WAIT_MS = 1_000;
const MAX_WAITING_LARGE = 32;
/** The first drawing on a machine reads all of its fonts. */
const TEST_SECONDS = 60;

export interface ImagingOptions {
  /** Directory for fontconfig's settings and cache; a temporary directory is used if it cannot be written. */
  readonly directory: string;
  readonly concurrency: number;
  /** Raster pictures that may wait. */
  readonly queueLimit: number;
}

export interface Imaging {
  /**
   * Draws a raster picture; the same arguments give the same bytes. Lower priorities are drawn first. Rejects with a
   * `DrawingQueueFullError` under overload.
   */
  readonly draw: (
    spec: BadgeSpec,
    format: RasterFormat,
    scale: Scale,
    priority?: number,
  ) => Promise<Buffer>;
  /** Draws a raster picture at scale 1, past the queue and without fitting the letters, whose widths load slowly. */
  readonly drawPlain: (spec: BadgeSpec, format: RasterFormat) => Promise<Buffer>;
  /** Identifies renderer and fonts: two renderers with the same fingerprint draw the same bytes. */
  readonly fingerprint: string;
  /** Tests which scripts the fonts have. */
  readonly testScripts: () => Promise<Scripts>;
  readonly queue: () => { readonly running: number; readonly waiting: number };
}

/** The picture is not drawn because of overload. */
export class DrawingQueueFullError extends Error {
  constructor(cause?: unknown) {
    super('too many pictures are waiting to be drawn', { cause });
    this.name = 'DrawingQueueFullError';
  }
}

/**
 * Prepares fonts and renderer, and tests that letters are drawn; rejects with a `FontsBrokenError` if not. Call it once
 * a process, before anything else loads sharp.
 */
export async function createImaging(options: ImagingOptions): Promise<Imaging> {
  const { directory, concurrency, queueLimit } = options;
  const fonts = await prepareFonts(directory);
  const rasterizer = await createRasterizer(fonts);
  const tester = await createRasterizer(fonts, TEST_SECONDS);
  const [badgeMaker] = await Promise.all([readVersion('badge-maker'), testFonts(tester)]);
  // Each drawing openFiles one font at a time.
  const openFiles = concurrency + 2;
  const maxWaitMs = MAX_WAIT_MS;
  const typical = createQueue({ concurrency, waitingLimit: queueLimit, maxWaitMs });
  const large = createQueue({
    concurrency: 1,
    waitingLimit: MAX_WAITING_LARGE,
    maxWaitMs,
    restsAfterWork: true,
  });
  const drawNow = async (rasterize: () => Promise<Buffer>): Promise<Buffer> => {
    if (!canOpen(fonts.files.sans, openFiles)) throw new DrawingQueueFullError();
    const bytes = await rasterize();
    // Without free descriptors librsvg may have drawn boxes, which must not be cached.
    if (!canOpen(fonts.files.sans, 1)) throw new DrawingQueueFullError();
    return bytes;
  };
  return {
    draw: async (spec, format, scale, priority = 0) => {
      const prepare = () => rasterizer.prepare(drawSvg(spec), format, scale);
      try {
        // Large pictures have a queue of their own, which uses half of a core. They are prepared late, since they are often
        // dropped; typical ones early, to keep all cores busy.
        if (drawingCost(spec, format, scale) > LARGE_COST)
          return await large.run(priority, async () => drawNow(await prepare()));
        const rasterize = prepare();
        // Not awaited if the picture is dropped.
        rasterize.catch(() => undefined);
        return await typical.run(priority, async () => drawNow(await rasterize));
      } catch (error) {
        throw isOverload(error) ? new DrawingQueueFullError(error) : error;
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
    testScripts: () => testScripts(tester),
    queue: () => ({
      running: typical.stats().running + large.stats().running,
      waiting: typical.stats().waiting + large.stats().waiting,
    }),
  };
}

// The package does not export its package.json.
async function readVersion(packageName: string): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(packageName);
  const manifest = await readFile(join(dirname(entry), '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}

/** Whether the picture was dropped, sharp timed out, or no file could be opened. The last two have no error code. */
function isOverload(error: unknown): boolean {
  if (error instanceof DroppedError) return true;
  return error instanceof Error && /timeout:|too many open file/.test(error.message);
}
