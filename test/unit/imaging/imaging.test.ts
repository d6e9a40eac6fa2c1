import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import {
  createImaging,
  DrawingQueueFullError,
  type Imaging,
} from '../../../src/imaging/imaging.ts';
import { type BadgeSpec, FORMATS } from '../../../src/imaging/spec.ts';
import { makeTempDirectory, tempDirectoryForTest } from '../../support/temp.ts';

const badge: BadgeSpec = { label: 'pypi', message: 'v1.2', color: 'blue', style: 'flat' };
let directory: string;
let imaging: Imaging;

beforeAll(async () => {
  const { path, remove } = await makeTempDirectory();
  directory = path;
  imaging = await createImaging({ directory, concurrency: 1, queueLimit: 2 });
  return remove;
});

const RASTER_FORMATS = FORMATS.filter((format) => format !== 'svg');

test.each(RASTER_FORMATS)('draws %s, with the same bytes each time', async (format) => {
  const picture = await imaging.draw(badge, format, 2);
  expect(picture.length).toBeGreaterThan(100);
  expect(await imaging.draw({ ...badge }, format, 2)).toEqual(picture);
});

test('refuses drawings while the queue is full, and recovers', async () => {
  const draws = Array.from({ length: 8 }, () => imaging.draw(badge, 'png', 4));
  expect(imaging.queue()).toEqual({ running: 1, waiting: 2 });
  const outcomes = await Promise.allSettled(draws);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(5);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(DrawingQueueFullError);
  expect(imaging.queue()).toEqual({ running: 0, waiting: 0 });
  await expect(imaging.draw(badge, 'png', 1)).resolves.toBeDefined();
});

test('frees its slot after a failed drawing', async () => {
  const broken = { ...badge, message: '\u0001' };
  await expect(imaging.draw(broken, 'png', 1)).rejects.not.toBeInstanceOf(DrawingQueueFullError);
  expect(imaging.queue()).toEqual({ running: 0, waiting: 0 });
});

test('has the same fingerprint with another directory', async () => {
  expect(imaging.fingerprint).toMatch(/^[\da-f]{16}$/);
  const other = await createImaging({
    directory: await tempDirectoryForTest(),
    concurrency: 2,
    queueLimit: 0,
  });
  expect(other.fingerprint).toBe(imaging.fingerprint);
});

const source = new URL('../../../src/imaging/', import.meta.url);

/** Runs the self-test in a process of its own, because fontconfig reads its settings only once. */
async function testFontsWith(fontconfigFile: string): Promise<string> {
  const program = `
    const { prepareFonts } = await import('${source.href}fonts/fonts.ts');
    const { createRasterizer } = await import('${source.href}raster.ts');
    const { testFonts } = await import('${source.href}fonts/self-test.ts');
    const fonts = await prepareFonts(${JSON.stringify(directory)});
    process.env.FONTCONFIG_FILE = ${JSON.stringify(fontconfigFile)} || process.env.FONTCONFIG_FILE;
    const outcome = await testFonts(await createRasterizer(fonts)).then(() => 'fine', String);
    process.stdout.write(outcome);
  `;
  return run(program);
}

async function run(program: string): Promise<string> {
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout;
}

test('the self-test accepts our fonts', async () => {
  expect(await testFontsWith('')).toBe('fine');
});

test('the self-test detects missing fonts', async () => {
  const empty = await tempDirectoryForTest();
  await mkdir(join(empty, 'fonts'));
  const file = join(empty, 'fonts.conf');
  await writeFile(
    file,
    `<fontconfig><dir>${empty}/fonts</dir><cachedir>${empty}</cachedir></fontconfig>`,
  );
  expect(await testFontsWith(file)).toMatch(/^FontsBrokenError: .*font-family=/);
});

test('draws letters after the removal of its directory', async () => {
  // A process of its own, because fontconfig reads its settings only once.
  const swept = await tempDirectoryForTest();
  const picture = await run(`
    import { rm } from 'node:fs/promises';
    import { createImaging } from '${source.href}imaging.ts';
    const imaging = await createImaging({ directory: ${JSON.stringify(swept)}, concurrency: 1, queueLimit: 1 });
    await rm(${JSON.stringify(swept)}, { recursive: true });
    const picture = await imaging.draw(${JSON.stringify(badge)}, 'png', 3);
    process.stdout.write(picture.toString('base64'));
  `);
  expect(picture).toBe((await imaging.draw(badge, 'png', 3)).toString('base64'));
});
