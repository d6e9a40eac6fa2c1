import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanSvg } from '../../../src/logos/clean-svg.ts';

const clean = (text: string): string | undefined => cleanSvg(text)?.svg;
const picture = (content: string, attributes = 'viewBox="0 0 24 24"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${content}</svg>`;
const kept = (content: string, attributes = ' viewBox="0 0 24 24"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg"${attributes}>${content}</svg>`;
const DOT = '<circle r="9"></circle>';

// prettier-ignore
test.each([
  ['shapes',            '<path d="M0 0h9"/><rect width="4" height="4" rx="1"/>', '<path d="M0 0h9"></path><rect width="4" height="4" rx="1"></rect>'],
  ['groups',            '<g fill="red" transform="scale(2)"><circle r="9"/></g>', `<g fill="red" transform="scale(2)">${DOT}</g>`],
  ['gradients',         '<linearGradient id="a"><stop offset="1" stop-color="#fff"/></linearGradient><circle r="9" fill="url(#a)"/>',
                        '<linearGradient id="logo-a"><stop offset="1" stop-color="#fff"></stop></linearGradient><circle r="9" fill="url(#logo-a)"></circle>'],
  ['gradients of gradients', '<linearGradient id="b" xlink:href="#a"/><circle r="9"/>', `<linearGradient id="logo-b" href="#logo-a"></linearGradient>${DOT}`],
  ['clips',             '<clipPath id="c"><rect width="4"/></clipPath><circle r="9" clip-path="url(#c)"/>',
                        '<clipPath id="logo-c"><rect width="4"></rect></clipPath><circle r="9" clip-path="url(#logo-c)"></circle>'],
  ['styles',            '<circle r="9" style="fill:red;stroke:#fff;font-family:x"/>', '<circle r="9" fill="red" stroke="#fff"></circle>'],
  ['classes',           '<style>/* x */ .a, .b { fill: red } .b{stroke:blue} p{fill:green}</style><circle class="b" r="9"/>', '<circle r="9" fill="red" stroke="blue"></circle>'],
])('keeps %s', (_, content, result) => {
  expect(clean(picture(content))).toBe(kept(result));
});

test('a picture without a viewBox has the box of its size', () => {
  expect(clean(picture('<circle r="9"/>', 'width="20px" height="10"'))).toBe(
    kept(DOT, ' viewBox="0 0 20 10"'),
  );
});

// prettier-ignore
test.each([
  ['a script',              '<script>alert(1)</script>'],
  ['a script in CDATA',     '<script><![CDATA[alert(1)]]></script>'],
  ['foreign content',       '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>'],
  ['a nested image',        '<image href="http://evil.example/x.png" width="9" height="9"/>'],
  ['a file',                '<image xlink:href="file:///etc/passwd" width="9" height="9"/>'],
  ['XInclude',              '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'],
  ['an @import',            '<style>@import url(http://evil.example/x.css);</style>'],
  ['a font',                '<style>@font-face{font-family:x;src:url(http://evil.example/x)}</style>'],
  ['a style sheet',         '<?xml-stylesheet href="http://evil.example/x.css"?>'],
  ['a comment',             '<!-- http://evil.example -->'],
  ['a use',                 '<use href="#a"/><use xlink:href="file:///x.svg#a"/>'],
  ['a link',                '<a href="javascript:alert(1)"><circle r="1"/></a>'],
  ['an animation',          '<animate attributeName="href" to="javascript:alert(1)"/><set attributeName="r" to="5"/>'],
  ['a filter and a mask',   '<filter id="a"><feTurbulence/></filter><mask id="m"><rect/></mask><pattern id="p"><rect/></pattern>'],
  ['a text',                '<text>evil</text>'],
  ['a symbol',              '<symbol id="a"><circle r="1"/></symbol>'],
  ['other namespaces',      '<sodipodi:namedview xmlns:sodipodi="urn:x" x="http://evil.example"><circle r="1"/></sodipodi:namedview><metadata>x</metadata>'],
  ['a nested svg',          '<svg><circle r="1"/></svg>'],
])('leaves no trace of %s', (_, content) => {
  expect(clean(picture(`${content}<circle r="9"/>`))).toBe(kept(DOT));
});

// prettier-ignore
test.each([
  ['handlers',              'onload="alert(1)" onclick="alert(1)"'],
  ['URLs',                  'fill="url(http://evil.example/#a)" stroke="url(file:///x#a)" clip-path="url(//x#a)"'],
  ['URLs in styles',        'style="fill:url(http://evil.example/x);background:url(x);stroke:expression(alert(1))"'],
  ['references of shapes',  'href="#a" xlink:href="http://evil.example"'],
  ['filters and masks',     'filter="url(#a)" mask="url(#a)" marker-end="url(#a)"'],
  ['dashes',                'stroke-dasharray="0.001"'],
  ['markup in values',      'fill="red&quot;/&gt;&lt;script&gt;"'],
  ['other ids and data',    'id="a" data-x="y" class="evil" xml:base="http://evil.example" lang="en"'],
])('drops %s of an element', (_, attributes) => {
  expect(clean(picture(`<circle r="9" ${attributes}/>`))).toBe(kept(DOT));
});

const uses = Array.from(
  { length: 12 },
  (_, i) => `<g id="a${i + 1}">${`<use href="#a${i}"/>`.repeat(5)}</g>`,
).join('');
const numbers = (count: number): string =>
  Array.from({ length: count }, (_, i) => (i * 7919) % 24).join(' ');

// prettier-ignore
test.each([
  ['is no XML',                  'hello'],
  ['is not well-formed',         picture('<circle r="9">')],
  ['is not SVG',                 '<html xmlns="http://www.w3.org/1999/xhtml"><circle r="9"/></html>'],
  ['has no namespace',           '<svg><circle r="9"/></svg>'],
  ['uses entities',              `<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>${picture('<circle r="9"/>&b;')}`],
  ['shows nothing',              picture('<defs><circle r="9"/></defs><clipPath id="a"><circle r="9"/></clipPath>')],
  ['is a bomb of uses',          picture(`<defs><circle id="a0" r="1"/>${uses}</defs><use href="#a12"/>`)],
  ['has 201 elements',           picture('<circle r="9"/>'.repeat(200))],
  ['is nested 9 deep',           picture(`${'<g>'.repeat(8)}<circle r="9"/>${'</g>'.repeat(8)}`)],
  ['is nested 65 deep',          picture(`<circle r="9"/>${'<a>'.repeat(65)}${'</a>'.repeat(65)}`)],
  ['grows by its classes',       picture(`<style>.a{opacity:.${'1'.repeat(999)}}</style>${'<circle class="a" r="9"/>'.repeat(90)}`)],
  // drawing takes seconds
  ['has lines that cross',       picture(`<path d="M0 0L${numbers(3000)}"/>`)],
  ['has strokes that cross',     picture(`<path stroke="red" d="M0 0L${numbers(1200)}"/>`)],
  ['has huge circles',           picture('<circle r="999999" stroke="red"/>'.repeat(100))],
  ['has enlarged circles',       picture(`<g transform="scale(1000) scale(1000)">${DOT}</g>`)],
  ['has a tiny box',             picture(DOT, 'viewBox="0 0 0.0001 0.0001"')],
  ['has an empty box',           picture(DOT, 'viewBox="0 0 0 0"')],
  ['has many clipped groups',    picture(`<clipPath id="a">${DOT.repeat(80)}</clipPath>${'<path clip-path="url(#a)" d="M0 0h9v9z"/>'.repeat(80)}`)],
])('refuses a picture that %s', (_, text) => {
  expect(cleanSvg(text)).toBeUndefined();
});

describe('with any input', () => {
  const word = fc.constantFrom(
    'svg',
    'g',
    'path',
    'use',
    'script',
    'style',
    'image',
    'circle',
    'clipPath',
    'linearGradient',
    'a',
    'foreignObject',
    'xi:include',
  );
  const name = fc.constantFrom(
    'href',
    'xlink:href',
    'style',
    'class',
    'd',
    'fill',
    'onload',
    'id',
    'clip-path',
    'r',
    'transform',
    'xmlns',
    'viewBox',
  );
  const value = fc.oneof(
    fc.constantFrom(
      'url(#a)',
      'url(http://evil.example)',
      '#a',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'fill:red',
      'M0 0h9',
      '9',
      '&lt;x&gt;',
      '&#60;',
      'http://www.w3.org/2000/svg',
    ),
    fc.string({ maxLength: 12 }),
  );
  const element: fc.Arbitrary<string> = fc.letrec<{ element: string }>((tie) => ({
    element: fc
      .tuple(
        word,
        fc.dictionary(name, value, { maxKeys: 3 }),
        fc.array(
          fc.oneof(
            { maxDepth: 4 },
            fc.constantFrom('', '<!--x-->', '<![CDATA[x]]>', '<?x y?>', '&amp;'),
            tie('element'),
          ),
          { maxLength: 3 },
        ),
      )
      .map(
        ([tag, attributes, content]) =>
          `<${tag}${Object.entries(attributes)
            .map(([key, text]) => ` ${key}="${text.replace(/["<]/g, '')}"`)
            .join('')}>${content.join('')}</${tag}>`,
      ),
  })).element;
  const mutated = fc
    .tuple(element, fc.nat(), fc.nat(40), fc.string({ maxLength: 8 }), fc.boolean())
    .map(([content, at, length, text, isMutated]) => {
      const whole = picture(`${content}<circle r="9"/>`);
      const start = at % whole.length;
      return isMutated ? whole.slice(0, start) + text + whole.slice(start + length) : whole;
    });
  const SAFE =
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"(?: (?:viewBox|preserveAspectRatio|fill|transform|[a-z-]+)="[^"<>&:]*")*>(?:<\/?(?:g|defs|path|rect|circle|ellipse|line|polyline|polygon|linearGradient|radialGradient|stop|clipPath)(?: [a-zA-Z0-9-]+="[^"<>&]*")*>)*<\/svg>$/;

  test('only permitted elements, and no foreign reference, come out; cleaning again changes nothing but ids', () => {
    let cleaned = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        const result = clean(text);
        if (result === undefined) return;
        cleaned += 1;
        expect(result).toMatch(SAFE);
        expect(result).not.toMatch(/url\((?!#logo-)|href="(?!#logo-)|script|evil|file:| on/i);
        expect(clean(result)?.replaceAll('logo-logo-', 'logo-')).toBe(result);
      }),
      { numRuns: 2_000 },
    );
    expect(cleaned).toBeGreaterThan(200);
  });
});
