import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canOpen, FontUnreadableError, prepareFonts } from '../../../../src/imaging/fonts/fonts.ts';
import { tempDirectoryForTest } from '../../../support/temp.ts';

async function contentsOf(directory: string): Promise<string[]> {
  return (await readdir(directory)).toSorted();
}

test('configures exactly our fonts on a machine without others', async () => {
  const directory = await tempDirectoryForTest();
  const fonts = await prepareFonts(directory, [join(directory, 'missing')]);
  expect(fonts.hasFallback).toBe(false);
  expect(fonts.directory.startsWith(directory)).toBe(true);
  expect(await contentsOf(fonts.directory)).toEqual(['fonts.conf']);
  const config = await readFile(join(fonts.directory, 'fonts.conf'), 'utf8');
  const directories = Array.from(config.matchAll(/<dir>(.*)<\/dir>/g), ([, path = '']) => path);
  const rejected = new Set(
    Array.from(config.matchAll(/<glob>(.*)<\/glob>/g), ([, path = '']) => path),
  );
  const files = await Promise.all(
    directories.map(async (path) => (await readdir(path)).map((name) => join(path, name))),
  );
  const left = files.flat().filter((path) => !rejected.has(path));
  expect(left.toSorted()).toEqual(Object.values(fonts.files).toSorted());
  expect(left.map((path) => basename(path)).toSorted()).toEqual([
    'Arimo_400Regular.ttf',
    'Arimo_700Bold.ttf',
    'DejaVuSans-Bold.ttf',
    'DejaVuSans.ttf',
  ]);
  expect(config).not.toContain('<include');
  expect(process.env['FONTCONFIG_FILE']).toBe(join(fonts.directory, 'fonts.conf'));
});

describe('the fonts of the system', () => {
  async function prepareWith(files: Readonly<Record<string, string>>) {
    const system = await tempDirectoryForTest();
    await mkdir(join(system, 'noto'));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(system, 'noto', name), content);
    const fonts = await prepareFonts(await tempDirectoryForTest(), [system]);
    const config = await readFile(join(fonts.directory, 'fonts.conf'), 'utf8');
    return { ...fonts, system, config };
  }

  test('follow ours, except those that could replace ours', async () => {
    const { config, system, hasFallback } = await prepareWith({ 'NotoSansCJK-Bold.ttc': 'x' });
    expect(hasFallback).toBe(true);
    expect(config.indexOf(`<dir>${system}</dir>`)).toBeGreaterThan(config.indexOf('<dir>'));
    expect(config).toContain(`<glob>${system}/*DejaVu*</glob>`);
  });

  test('are named by the fingerprint: files that are used, and their sizes', async () => {
    const sets = [
      {},
      { 'a.ttf': 'x' },
      { 'b.ttf': 'x' },
      { 'a.ttf': 'xx' },
      { 'a.ttf': 'x', 'b.OTF': 'x' },
    ];
    const prints = await Promise.all(
      sets.map(async (files) => (await prepareWith(files)).fingerprint),
    );
    expect(new Set(prints).size).toBe(sets.length);
    const unused = await prepareWith({ 'DejaVuSans.ttf': 'x', 'Arial.ttf': 'x', README: 'x' });
    expect(unused.fingerprint).toBe(prints[0]);
    expect(unused.hasFallback).toBe(false);
  });
});

test('gives the same result when prepared concurrently and repeatedly', async () => {
  const directory = await tempDirectoryForTest();
  const sets = await Promise.all(Array.from({ length: 8 }, () => prepareFonts(directory)));
  sets.push(await prepareFonts(directory));
  expect(new Set(sets.map((set) => JSON.stringify(set))).size).toBe(1);
  expect(await contentsOf(sets[0]?.directory ?? '')).toEqual(['fonts.conf']);
});

test('restores a removed directory', async () => {
  const directory = await tempDirectoryForTest();
  const fonts = await prepareFonts(directory);
  await rm(fonts.directory, { recursive: true });
  await prepareFonts(directory);
  expect(await contentsOf(fonts.directory)).toEqual(['fonts.conf']);
});

test('creates a missing directory and escapes its name', async () => {
  const directory = join(await tempDirectoryForTest(), 'a & b', '<c>');
  const fonts = await prepareFonts(directory);
  const config = await readFile(join(fonts.directory, 'fonts.conf'), 'utf8');
  expect(config).toContain('/a &amp; b/&lt;c&gt;/');
});

test('gives the same fingerprint in any directory', async () => {
  const [one, other] = [await tempDirectoryForTest(), await tempDirectoryForTest()];
  expect((await prepareFonts(one)).fingerprint).toBe((await prepareFonts(other)).fingerprint);
});

test.each([
  [
    'below a file',
    async (directory: string) => {
      await writeFile(join(directory, 'file'), '');
      return join(directory, 'file', 'cache');
    },
  ],
  ['below /proc', () => Promise.resolve('/proc/pypins')],
  [
    'with a directory in place of the configuration',
    async (directory: string) => {
      const fonts = await prepareFonts(directory);
      await rm(join(fonts.directory, 'fonts.conf'));
      await mkdir(join(fonts.directory, 'fonts.conf'));
      return directory;
    },
  ],
])('falls back to a temporary directory for a path %s', async (_, makeUnwritable) => {
  const directory = await makeUnwritable(await tempDirectoryForTest());
  const fonts = await prepareFonts(directory);
  onTestFinished(() => rm(join(fonts.directory, '..'), { recursive: true }));
  expect(join(fonts.directory, '..').startsWith(join(tmpdir(), 'pypins-fonts-'))).toBe(true);
  expect(await contentsOf(fonts.directory)).toEqual(['fonts.conf']);
});

test('tells that a font is gone, which is no overload', async () => {
  const directory = await tempDirectoryForTest();
  const font = join(directory, 'font.ttf');
  await writeFile(font, '');
  expect(canOpen(font, 3)).toBe(true);
  await rm(font);
  expect(() => canOpen(font, 3)).toThrow(FontUnreadableError);
  expect(() => canOpen(font, 3)).toThrow(/a font cannot be read: ENOENT/);
});
