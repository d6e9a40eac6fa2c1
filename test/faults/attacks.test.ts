import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { prepareFonts } from '../../src/imaging/fonts/fonts.ts';
import { createRasterizer, type Rasterizer } from '../../src/imaging/raster.ts';
import { makeTempDirectory } from '../support/temp.ts';
import { BOMBS, drawingOf, REFERENCES } from './support/hostile/drawings.ts';

/*
 * Our own SVG never holds any of this: texts are escaped and colors known. It must do no harm if it ever came as far as
 * the rasteriser. The drawings stand in `support/hostile-drawings.ts`.
 */
const MAX_PIXELS = 4_000_000;

let directory: Awaited<ReturnType<typeof makeTempDirectory>>;
let rasterizer: Rasterizer;
beforeAll(async () => {
  directory = await makeTempDirectory();
  rasterizer = await createRasterizer(await prepareFonts(join(directory.path, 'fonts')));
});
afterAll(() => directory.remove());

/** The picture, or undefined where it is refused. */
const draw = (svg: string): Promise<Buffer | undefined> =>
  rasterizer.rasterize(svg, 'png', 1).catch(() => undefined);

describe('what a reference names is not in the picture', () => {
  let listener: Server;
  let connections = 0;
  /** Each way to name something that is there, and the same for what is not. */
  const canaries: Record<string, readonly [there: string, absent: string]> = {};
  beforeAll(async () => {
    listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = z.object({ port: z.number() }).parse(listener.address());
    const folder = join(directory.path, 'canaries');
    await mkdir(folder);
    const svg = drawingOf('<g id="all"><rect width="200" height="20" fill="#f0f"/></g>');
    const png = await sharp(Buffer.from(svg)).png().toBuffer();
    for (const [name, bytes] of [
      ['a.svg', svg],
      ['a.png', png],
      ['a.css', 'rect{fill:#f0f}'],
      ['a.txt', 'WWWW'],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      for (const url of [pathToFileURL(path).href, path, relative(process.cwd(), path)])
        canaries[`${Object.keys(canaries).length} ${name}`] = [url, `${url}.absent`];
    }
    canaries['HTTP'] = [`http://127.0.0.1:${port}/a.png`, `http://127.0.0.1:${port}/b.png`];
    canaries['any protocol'] = [`//127.0.0.1:${port}/a.png`, `//127.0.0.1:${port}/b.png`];
  });
  afterAll(() => void listener.close());

  test.each(REFERENCES)('%s', async (_, drawingFor) => {
    for (const [name, [there, absent]] of Object.entries(canaries)) {
      const [one, other] = await Promise.all([draw(drawingFor(there)), draw(drawingFor(absent))]);
      expect([name, one?.toString('base64')]).toEqual([name, other?.toString('base64')]);
    }
    expect(connections).toBe(0);
  });

  test('a picture that is part of the drawing is seen, so that these tests could see one', async () => {
    const png = await sharp(Buffer.from(drawingOf('<rect width="200" height="20" fill="#f0f"/>')))
      .png()
      .toBuffer();
    const [there, absent] = [png, png.subarray(0, 20)].map((bytes) =>
      drawingOf(
        `<image width="200" height="20" href="data:image/png;base64,${bytes.toString('base64')}"/>`,
      ),
    );
    expect(await draw(there ?? '')).not.toEqual(await draw(absent ?? ''));
  });
});

async function pixelsOf(picture: Buffer | undefined): Promise<number> {
  if (picture === undefined) return 0;
  const { width, height } = await sharp(picture).metadata();
  return width * height;
}

describe('what is small to send and large to draw', () => {
  test.each(BOMBS)('%s is %s', async (_, outcome, svg) => {
    const drawn = await draw(svg);
    expect(drawn === undefined ? 'refused' : 'drawn').toBe(outcome);
    expect(await pixelsOf(drawn)).toBeLessThanOrEqual(MAX_PIXELS);
  });

  test('the next client’s picture is drawn', async () => {
    expect(await draw(drawingOf('<rect width="9" height="9"/>'))).toBeDefined();
  });
});
