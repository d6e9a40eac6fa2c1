import { describe, expect, test } from 'vitest';
import type { Style } from '../../../src/imaging/spec.ts';
import { createIcons } from '../../../src/logos/icons.ts';
import { drawNamedLogo } from '../../../src/logos/named.ts';

const icons = createIcons();

async function logoOf(name: string, options: object = {}, style: Style = 'flat') {
  const icon = await icons.find(name);
  if (icon === undefined) throw new Error(`no icon ${name}`);
  const logo = await drawNamedLogo(icon, { text: name, isAuto: false, ...options }, style);
  const svg = Buffer.from(logo.href.split(',')[1] ?? '', 'base64').toString();
  return {
    ...logo,
    fill: /fill="([^"]+)"/.exec(svg)?.[1],
    box: /viewBox="([^"]+)"/.exec(svg)?.[1],
  };
}

// The vectors are those of shields.io's thresholds, 0.40 and 0.60.
// prettier-ignore
test.each([
  ['python',      '#3776AB',    '#3776AB'],
  ['pypi',        '#3775A9',    '#3775A9'],
  ['github',      'whitesmoke', '#181717'],
  ['npm',         'whitesmoke', '#CB3837'],
  ['amd',         'whitesmoke', '#ED1C24'],
  ['nuget',       'whitesmoke', '#004880'],
  ['javascript',  '#F7DF1E',    '#333'],
  ['ruff',        '#D7FF64',    '#333'],
  ['poetry',      '#60A5FA',    '#333'],
  ['jupyter',     '#F37626',    '#F37626'],
])('the icon %s is %s, and %s in the style social', async (name, flat, social) => {
  expect((await logoOf(name)).fill).toBe(flat);
  expect((await logoOf(name, {}, 'for-the-badge')).fill).toBe(flat);
  expect((await logoOf(name, {}, 'social')).fill).toBe(social);
});

test.each([
  ['white', '#ffffff', '#ffffff'],
  ['Red', '#dd4343', 'red'],
  ['critical', '#dd4343', 'red'],
  ['D7FF64', '#d7ff64', '#d7ff64'],
  ['rgba(1,2,3,0.5)', '#01020380', '#01020380'],
  ['no color', '#3776AB', undefined],
  ['', '#3776AB', undefined],
])('logoColor=%s is %s, and %s in JSON', async (color, fill, logoColor) => {
  const logo = await logoOf('python', { color });
  expect(logo.fill).toBe(fill);
  expect(logo.json).toEqual({ namedLogo: 'python', ...(logoColor && { logoColor }) });
});

test('the default color counts only without a valid color', async () => {
  const defaultColor = '#ffffff';
  expect((await logoOf('python', { defaultColor })).fill).toBe('#ffffff');
  expect((await logoOf('python', { defaultColor, color: 'nothing' })).fill).toBe('#ffffff');
  expect((await logoOf('python', { defaultColor, color: 'red' })).fill).toBe('#dd4343');
});

describe('logoSize=auto', () => {
  test.each([
    ['amd', 58.68],
    ['apachefreemarker', 190],
  ])('makes the icon %s %d pixels wide', async (name, width) => {
    const logo = await logoOf(name, { isAuto: true });
    expect(logo.width).toBeCloseTo(width, name === 'amd' ? 1 : -1);
    expect(logo.json.logoSize).toBe('auto');
  });

  test('makes a high icon narrow, and keeps the box around its shape', async () => {
    const { width, box } = await logoOf('anki', { isAuto: true });
    const [, , boxWidth = 0, boxHeight = 0] = (box ?? '').split(' ').map(Number);
    expect(width).toBeCloseTo((boxWidth / boxHeight) * 14);
    expect((await logoOf('anki')).width).toBe(14);
  });
});
