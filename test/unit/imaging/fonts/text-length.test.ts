import { beforeAll, expect, test } from 'vitest';
import { prepareFonts } from '../../../../src/imaging/fonts/fonts.ts';
import { type Style, STYLES } from '../../../../src/imaging/spec.ts';
import { drawSvg } from '../../../../src/imaging/svg.ts';
import { createTextFitter, type TextFitter } from '../../../../src/imaging/fonts/text-length.ts';
import { makeTempDirectory } from '../../../support/temp.ts';

let fit: TextFitter;

beforeAll(async () => {
  const { path, remove } = await makeTempDirectory();
  fit = await createTextFitter(await prepareFonts(path, []));
  return remove;
});

function fitMessage(style: Style, message: string): { tag: string; text: string } {
  const svg = fit(drawSvg({ label: 'label', message, color: 'blue', style }));
  const [, tag, text] = /.*<text ([^>]*)>([^<]*)<\/text>/.exec(svg) ?? [];
  return { tag: tag ?? '', text: text ?? '' };
}

function spacingOf(tag: string): number {
  return Number(/letter-spacing="([-\d.]+)"/.exec(tag)?.[1]);
}

const TEXTS = [
  'v2.32.3',
  '3.9 | 3.10 | 3.11',
  'Ünïcödé',
  '日本',
  '🎉 ok',
  'עברית',
  '',
  'a',
  '<&">',
  'x'.repeat(256),
];

test.each(STYLES)('%s: removes every textLength', (style) => {
  for (const message of TEXTS) {
    const svg = drawSvg({ label: message, message, color: 'blue', style });
    expect(fit(svg)).not.toContain('textLength');
  }
});

test.each<[Style, number, number]>([
  ['flat', -3, 6],
  ['flat-square', -3, 6],
  ['plastic', -3, 6],
  ['for-the-badge', 12, 24],
  ['social', -3, 3],
])('%s: sets a letter spacing near that of the style', (style, least, most) => {
  for (const message of ['v2.32.3', '3.9 | 3.10 | 3.11', 'downloads', 'Ünïcödé AVATAR']) {
    const spacing = spacingOf(fitMessage(style, message).tag);
    expect(spacing).toBeGreaterThanOrEqual(least);
    expect(spacing).toBeLessThanOrEqual(most);
  }
});

test('spaces all three copies of a text with a shadow alike', () => {
  const svg = fit(drawSvg({ label: '', message: 'v2.32.3', color: 'blue', style: 'flat' }));
  const spacings = Array.from(svg.matchAll(/<text [^>]*>/g), ([tag]) => spacingOf(tag));
  expect(spacings).toHaveLength(3);
  expect(new Set(spacings).size).toBe(1);
  expect(spacings[0]).not.toBeNaN();
});

test.each([
  ['right to left', 'עברית'],
  ['joining letters', 'العربية'],
  ['combining marks', 'x\u0333y\u0333'],
  ['a single character', 'a'],
])('sets no letter spacing for %s', (_, message) => {
  const { tag, text } = fitMessage('for-the-badge', message);
  expect(tag).not.toContain('letter-spacing');
  expect(text).toBe(message.toUpperCase());
});

test.each([
  ['CJK', '日本語', '□□□'],
  ['an emoji', 'ok 🎉', 'ok □'],
  ['an emoji of several code points', '👍🏽 ✓', '□ ✓'],
  ['a script that no font has', 'हिन्दी', '□□□'],
  ['a letter of the fallback font', 'a ⸺ b', 'a ⸺ b'],
])('draws a box for missing letters: %s', (_, message, drawn) => {
  expect(fitMessage('flat', message).text).toBe(drawn);
});

test('reduces the font size of a text much wider than its box', () => {
  const { tag } = fitMessage('flat', '⸺⸺⸺');
  expect(tag).not.toContain('letter-spacing');
  expect(Number(/font-size="([\d.]+)"/.exec(tag)?.[1])).toBeLessThan(80);
});

test('escapes markup', () => {
  expect(fitMessage('flat', '<b>&amp;"\'').text).toBe('&lt;b&gt;&amp;amp;&quot;&apos;');
});

test('leaves letters to the fonts of the system, and reckons with their width', async () => {
  const { path, remove } = await makeTempDirectory();
  const withFallback = await createTextFitter({ ...(await prepareFonts(path)), hasFallback: true });
  const svg = drawSvg({ label: 'a', message: '日本語 v1', color: 'blue', style: 'for-the-badge' });
  const [, tag = '', text] = /.*<text ([^>]*)>([^<]*)<\/text>/.exec(withFallback(svg)) ?? [];
  expect(text).toBe('日本語 V1');
  // Three letters of 10 px, and two of known width, in a box with 1.25 px for each.
  expect(spacingOf(tag)).toBeGreaterThan(-10);
  expect(spacingOf(tag)).toBeLessThan(30);
  await remove();
});
