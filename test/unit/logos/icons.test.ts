import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createIcons } from '../../../src/logos/icons.ts';
import { drawNamedLogo } from '../../../src/logos/named.ts';

const icons = createIcons();
const slugOf = async (name: string) => (await icons.find(name))?.slug;

// prettier-ignore
test.each([
  // spellings
  ['python',               'python'],
  ['PyPI',                 'pypi'],
  ['.net',                 'dotnet'],
  ['Node.js',              'nodedotjs'],
  ['scikit-learn',         'scikitlearn'],
  ['GitHub Pages',         'githubpages'],
  ['github-pages',         'githubpages'],
  ['Raspberry-Pi',         'raspberrypi'],
  ['arXiv',                'arxiv'],
  // shields.io's aliases
  ['eclipse',              'eclipseide'],
  ['gitter-white',         'gitter'],
  ['stackoverflow',        'stackoverflow'],
  ['travis',               'travisci'],
  // names that simple-icons has dropped
  ['d3-dot-js',            'd3'],
  ['twitter',              'x'],
  ['java',                 'openjdk'],
  ['rails',                'rubyonrails'],
  ['rstudio',              'rstudioide'],
  ['Material-UI',          'mui'],
  // a current name has precedence over an old one
  ['gitcode',              'gitcode'],
  // never icons, or removed for good
  ['windows',              undefined],
  ['linkedin',             undefined],
  ['',                     undefined],
  ['constructor',          undefined],
  ['__proto__',            undefined],
  ['../../../package',     undefined],
  ['python.svg',           undefined],
])('the icon named %j is %s', async (name, slug) => {
  expect(await slugOf(name)).toBe(slug);
});

describe('all icons', () => {
  const CELL = 16;
  const COLUMNS = 64;
  let list: { title: string; slug: string; hex: string }[];

  beforeAll(async () => {
    const file = fileURLToPath(import.meta.resolve('simple-icons/icons.json'));
    const schema = z.array(z.object({ title: z.string(), slug: z.string(), hex: z.string() }));
    list = schema.parse(JSON.parse(await readFile(file, 'utf8')));
  });

  test('are found by slug and by title, and have a color', async () => {
    const slugs = new Set(list.map(({ slug }) => slug));
    const firstOfTitle = new Map(list.toReversed().map(({ title, slug }) => [title, slug]));
    const faults: string[] = [];
    for (const { title, slug, hex } of list) {
      // Of several icons with one title, the first is found; a slug has precedence over a title.
      const isSlug = slugs.has(title.toLowerCase());
      const named = isSlug ? title.toLowerCase() : firstOfTitle.get(title);
      if (!/^[\dA-F]{6}$/.test(hex)) faults.push(`${slug}: ${hex}`);
      if ((await slugOf(slug)) !== slug) faults.push(slug);
      if ((await slugOf(title)) !== named) faults.push(title);
    }
    expect(faults).toEqual([]);
  });

  test('are visible', async () => {
    const images = list.map(async ({ slug }, i) => {
      const icon = await icons.find(slug);
      if (icon === undefined) throw new Error(`no icon ${slug}`);
      const { href } = await drawNamedLogo(
        icon,
        { text: slug, isAuto: false, color: 'black' },
        'flat',
      );
      const [x, y] = [(i % COLUMNS) * CELL, Math.floor(i / COLUMNS) * CELL];
      return `<image x="${x}" y="${y}" width="14" height="14" href="${href}"/>`;
    });
    const [width, height] = [COLUMNS * CELL, Math.ceil(list.length / COLUMNS) * CELL];
    const sheet = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${(await Promise.all(images)).join('')}</svg>`;
    const { data } = await sharp(Buffer.from(sheet), { unlimited: true })
      .extractChannel('alpha')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const ink = new Map<number, number>();
    for (const [at, alpha] of data.entries()) {
      const cell = Math.floor(at / width / CELL) * COLUMNS + Math.floor((at % width) / CELL);
      ink.set(cell, (ink.get(cell) ?? 0) + alpha);
    }
    expect(list.filter((_, i) => (ink.get(i) ?? 0) < 500).map(({ slug }) => slug)).toEqual([]);
  });
});
