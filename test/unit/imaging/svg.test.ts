import * as fc from 'fast-check';
import { makeBadge } from 'badge-maker';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type BadgeSpec, STYLES } from '../../../src/imaging/spec.ts';
import { drawSvg, identityOf } from '../../../src/imaging/svg.ts';
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

describe('a logo', () => {
  const logo = { href: 'data:image/svg+xml;base64,PHN2Zy8+', width: 14, json: {}, cost: 0 };
  /** Drops the suffix of our ids, and the names, which differ. */
  const bare = (svg: string): string =>
    svg
      .replaceAll(/ id="[as]([\w-]{10})"/.exec(svg)?.[1] ?? '\0', '')
      .replace(/<title>.*<\/title>| aria-label="[^"]*"/g, '');

  test.each(STYLES)('%s: is where badge-maker draws it, with and without label', (style) => {
    for (const label of ['pypi', ''])
      for (const left of [{}, { labelColor: '#123456' }]) {
        const { message, color } = badge;
        const theirs = makeBadge({ label, message, color, style, ...left, logoBase64: logo.href });
        const ours = drawSvg({ ...badge, label, style, ...left, logo });
        expect(bare(ours)).toBe(bare(theirs));
        expect(ours).toContain('<image ');
      }
  });

  test.each(STYLES)('%s: makes the badge as much wider as it is wider', (style) => {
    const square = widthOf(drawSvg({ ...badge, style, logo }));
    expect(widthOf(drawSvg({ ...badge, style, logo: { ...logo, width: 58.5 } }))).toBe(
      square + 44.5,
    );
  });

  test('gives each picture an identity of its own', () => {
    const specs: BadgeSpec[] = [
      badge,
      { ...badge, logo },
      { ...badge, logo: { ...logo, width: 15 } },
      { ...badge, logo: { ...logo, href: `${logo.href}A` } },
      { ...badge, logo, label: '' },
      { ...badge, logo, label: '', labelColor: 'red' },
      { ...badge, logo, label: '', labelColor: 'grey' },
      { ...badge, label: '' },
    ];
    expect(new Set(specs.map(identityOf)).size).toBe(specs.length);
    expect(identityOf({ ...badge, label: '', labelColor: 'red' })).toBe(
      identityOf({ ...badge, label: '' }),
    );
    expect(identityOf({ ...badge, logo: { ...logo, json: { namedLogo: 'x' }, cost: 9 } })).toBe(
      identityOf({ ...badge, logo }),
    );
  });
});

/** A badge with the same halves, without special characters. */
function plain(spec: BadgeSpec): string {
  return drawSvg({ ...spec, label: spec.label && 'x', message: spec.message && 'x' });
}

/** The tags with their attribute names. */
function skeletonOf(svg: string): string[] {
  return svg.replace(/="[^"]*"/g, '').match(/<[^>]*>/g) ?? [];
}
