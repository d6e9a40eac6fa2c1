import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeUrl, heightOf, SNIPPET_FORMATS } from '../../../page/shared/snippets.js';

const PLAIN = {
  image: 'https://badges.test/pypi/v/a.svg?color=red&style=social',
  dark: 'https://badges.test/pypi/v/a.svg?color=rgb(1,2,3)',
  alt: 'PyPI version',
  link: 'https://pypi.org/project/a/',
  height: 20,
};

function format(id: string, snippet: Partial<typeof PLAIN> = {}): string {
  const found = SNIPPET_FORMATS.find((each) => each.id === id);
  return found?.format({ ...PLAIN, ...snippet }) ?? '';
}

test.each([
  [
    'markdown',
    '[![PyPI version](https://badges.test/pypi/v/a.svg?color=red&style=social)](https://pypi.org/project/a/)',
  ],
  [
    'rst',
    '.. image:: https://badges.test/pypi/v/a.svg?color=red&style=social\n   :target: https://pypi.org/project/a/\n   :alt: PyPI version',
  ],
  [
    'asciidoc',
    'image:https://badges.test/pypi/v/a.svg?color=red&style=social["PyPI version",link="https://pypi.org/project/a/"]',
  ],
  [
    'html',
    '<a href="https://pypi.org/project/a/"><img src="https://badges.test/pypi/v/a.svg?color=red&amp;style=social" alt="PyPI version" height="20"></a>',
  ],
  [
    'picture',
    '<a href="https://pypi.org/project/a/"><picture><source media="(prefers-color-scheme: dark)" srcset="https://badges.test/pypi/v/a.svg?color=rgb%281%2C2%2C3%29"><img src="https://badges.test/pypi/v/a.svg?color=red&amp;style=social" alt="PyPI version" height="20"></picture></a>',
  ],
  ['url', 'https://badges.test/pypi/v/a.svg?color=red&style=social'],
])('%s', (id, snippet) => {
  expect(format(id)).toBe(snippet);
});

describe('escapes', () => {
  test.each([
    ['markdown', { alt: 'a [b] \\ *c*' }, '![a \\[b\\] \\\\ \\*c\\*]('],
    ['markdown', { alt: 'two\nlines' }, '![two lines]('],
    ['markdown', { image: 'https://b.test/a (b)' }, '](https://b.test/a%20%28b%29)'],
    ['rst', { alt: 'two\n\nlines' }, ':alt: two lines'],
    ['asciidoc', { alt: 'a "b" [c]' }, '["a \\"b\\" [c\\]",'],
    [
      'asciidoc',
      { image: 'https://b.test/badge/a--b-c-red' },
      'image:https://b.test/badge/a-%2Db-c-red[',
    ],
    [
      'asciidoc',
      { image: 'https://b.test/badge/a__b_c-red' },
      'image:https://b.test/badge/a%5F%5Fb%5Fc-red[',
    ],
    ['html', { alt: '<b> & "c" \'d\'' }, 'alt="&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;"'],
    ['html', { image: 'https://b.test/"><script>' }, 'src="https://b.test/%22%3E%3Cscript%3E"'],
  ])('%s: %j', (id, given, part) => {
    expect(format(id, given)).toContain(part);
  });

  test('no URL and no alternative text leaves its place', () => {
    const wild = fc.string({
      unit: fc.constantFrom(...Array.from('ab \n\\[]()<>"\'&*_`-;=:é\u202e\ud800')),
    });
    fc.assert(
      fc.property(wild, wild, (alt, path) => {
        const given = { alt, image: `https://b.test/${path}`, dark: `https://b.test/${path}` };
        expect(format('html', given)).toMatch(
          /^<a href="[^"<>]*"><img src="[^"<>]*" alt="[^"<>]*" height="20"><\/a>$/,
        );
        expect(format('markdown', given)).toMatch(
          /^\[!\[(?:[^\\[\]\n]|\\.)*\]\([^()\s]*\)\]\([^()\s]*\)$/,
        );
        expect(format('asciidoc', given)).toMatch(
          /^image:[^\s[\]"]*\["(?:[^"\\\]]|\\.)*",link="[^"\s]*"\]$/,
        );
        expect(format('rst', given).split('\n')).toHaveLength(3);
      }),
    );
  });

  test('escaping a URL twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeUrl(escapeUrl(text))).toBe(escapeUrl(text));
      }),
    );
  });
});

test('without a link there is only the picture', () => {
  const [markdown] = SNIPPET_FORMATS;
  const { link: _, ...unlinked } = PLAIN;
  expect(markdown?.format(unlinked)).toBe(
    '![PyPI version](https://badges.test/pypi/v/a.svg?color=red&style=social)',
  );
});

test.each([
  [undefined, 20],
  ['flat', 20],
  ['plastic', 18],
  ['for-the-badge', 28],
])('the style %s is %i pixels high', (style, height) => {
  expect(heightOf(style)).toBe(height);
});
