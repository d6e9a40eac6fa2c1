import * as fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type BadgeSpec, STYLES } from '../../../src/imaging/spec.ts';
import { drawSvg } from '../../../src/imaging/svg.ts';
import { cleanText } from '../../../src/imaging/text.ts';
import { unescapeXml } from '../../../src/imaging/xml.ts';

const badge: BadgeSpec = { label: 'pypi', message: 'v1.0', color: 'blue', style: 'flat' };

function idsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/ id="([^"]*)"/g), ([, id]) => id ?? '');
}

function referencesIn(svg: string): string[] {
  return Array.from(
    svg.matchAll(/url\(#([^)]*)\)|#([lr]link[\w-]*)/g),
    ([, url, rule]) => url ?? rule ?? '',
  );
}

function widthOf(svg: string): number {
  return Number(/ width="([\d.]+)"/.exec(svg)?.[1]);
}

function nameOf(svg: string): string | undefined {
  return / role="img" aria-label="([^"]*)"><title>\1<\/title>/.exec(svg)?.[1];
}

/** Rejects if the SVG is not well-formed XML. */
function parse(svg: string): Promise<unknown> {
  return sharp(Buffer.from(svg)).metadata();
}

test.each(STYLES)('%s: has unique ids, and references only its own', (style) => {
  const svg = drawSvg({ ...badge, style });
  const others: BadgeSpec[] = [
    { ...badge, style, message: 'v1.1' },
    { ...badge, style, color: 'red' },
    { ...badge, style, labelColor: 'red' },
    { ...badge, style, label: 'pyp', message: 'iv1.0' },
  ];
  const taken = new Set(others.flatMap((other) => idsOf(drawSvg(other))));
  for (const other of STYLES.filter((name) => name !== style)) {
    for (const id of idsOf(drawSvg({ ...badge, style: other }))) taken.add(id);
  }
  expect(idsOf(svg).filter((id) => taken.has(id))).toEqual([]);
  expect(referencesIn(svg).filter((id) => !idsOf(svg).includes(id))).toEqual([]);
});

test.each(STYLES)('%s: has the original text as its accessible name', (style) => {
  expect(nameOf(drawSvg({ ...badge, style }))).toBe('pypi: v1.0');
  expect(nameOf(drawSvg({ ...badge, label: '', style }))).toBe('v1.0');
  expect(nameOf(drawSvg({ ...badge, message: '', style }))).toBe('pypi');
  expect(nameOf(drawSvg({ ...badge, label: '', message: '', style }))).toBe('');
});

test.each(STYLES)(
  '%s: removes the left half for an empty label, even with a label color',
  (style) => {
    const alone = drawSvg({ ...badge, label: '', style });
    const colored = drawSvg({ ...badge, label: '', labelColor: '#123456', style });
    expect(widthOf(alone)).toBeLessThan(widthOf(drawSvg({ ...badge, label: 'i', style })) - 9);
    expect(widthOf(colored)).toBe(widthOf(alone));
    expect(colored).not.toContain('#123456');
    expect(alone).not.toContain('></text>');
  },
);

test.each(STYLES)('%s: draws a picture without label and message', async (style) => {
  await expect(parse(drawSvg({ ...badge, label: '', message: '', style }))).resolves.toBeDefined();
});

test('keeps the case of the message in a social badge without a label', () => {
  const svg = drawSvg({ ...badge, label: '', message: 'a<$&>', style: 'social' });
  expect(svg.match(/>a&lt;\$&amp;&gt;<\/text>/g)).toHaveLength(2);
  expect(drawSvg({ ...badge, label: '', style: 'social' })).not.toContain('V1.0');
});

test.each(['flat', 'flat-square', 'plastic', 'for-the-badge'] as const)(
  '%s: colors both halves',
  (style) => {
    const svg = drawSvg({ ...badge, color: '#abc', labelColor: 'orange', style });
    expect(svg).toMatch(/fill="#ea7233".*fill="#abc"/);
  },
);

test('draws any clean text as well-formed XML without further markup', async () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      ']]>',
      '<!--',
      '&#0;',
      '"\' onload=x',
      'url(#blur)',
      'id="blur"',
      '</title>',
      '$&$1',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      anyText,
      anyText,
      fc.constantFrom(...STYLES),
      async (label, message, style) => {
        const spec = { ...badge, label: cleanText(label), message: cleanText(message), style };
        const svg = drawSvg(spec);
        await expect(parse(svg)).resolves.toBeDefined();
        expect(skeletonOf(svg)).toEqual(skeletonOf(plain(spec)));
        expect(unescapeXml(nameOf(svg) ?? '')).toBe(
          [spec.label, spec.message].filter(Boolean).join(': '),
        );
      },
    ),
  );
});

/** A badge with the same halves, without special characters. */
function plain(spec: BadgeSpec): string {
  return drawSvg({ ...spec, label: spec.label && 'x', message: spec.message && 'x' });
}

/** The tags with their attribute names. */
function skeletonOf(svg: string): string[] {
  return svg.replace(/="[^"]*"/g, '').match(/<[^>]*>/g) ?? [];
}
