import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInput } from '../../../page/shared/input.js';
import { servedWith } from '../../../src/badges/catalog.ts';
import { createCatalog } from '../../../src/pages/catalog.ts';

const catalog = createCatalog(servedWith(false));
const ORIGIN = 'https://badges.test';

function convert(text: string): string {
  const input = readInput(text, catalog, ORIGIN);
  return input.type === 'document' ? input.text : input.type;
}

describe('a README of any markup keeps everything but its badges', () => {
  test.each([
    [
      'Markdown',
      '# x\n[![v](https://img.shields.io/pypi/v/a.svg?style=flat)](https://pypi.org/project/a/) text',
      '# x\n[![v](https://badges.test/pypi/v/a.svg?style=flat)](https://pypi.org/project/a/) text',
    ],
    [
      'reStructuredText',
      '.. image:: https://pypip.in/v/a/badge.png\n   :target: https://pypi.python.org/pypi/a',
      '.. image:: https://badges.test/v/a/badge.png\n   :target: https://pypi.python.org/pypi/a',
    ],
    [
      'AsciiDoc',
      'image:https://img.shields.io/pypi/l/a["license",link="https://x.org"]',
      'image:https://badges.test/pypi/l/a["license",link="https://x.org"]',
    ],
    [
      'HTML',
      '<img src="https://img.shields.io/pypi/v/a?color=red&amp;style=social">',
      '<img src="https://badges.test/pypi/v/a?color=red&amp;style=social">',
    ],
    [
      'Textile',
      'a !https://pypip.in/d/a/badge.png!:https://x.org b',
      'a !https://badges.test/d/a/badge.png!:https://x.org b',
    ],
    [
      'a reference',
      'x\n[v]: https://badge.fury.io/py/a.svg "a title"',
      'x\n[v]: https://badges.test/py/a.svg "a title"',
    ],
    [
      'parentheses of a badge',
      '![c](https://img.shields.io/badge/a-b-rgb(1,2,3)) end',
      '![c](https://badges.test/badge/a-b-rgb%281,2,3%29) end',
    ],
    [
      'a link to a page of badge.fury.io',
      '[![v](https://badge.fury.io/py/a.svg)](https://badge.fury.io/py/a)',
      '[![v](https://badges.test/py/a.svg)](https://pypi.org/project/a/)',
    ],
    [
      'badges of others',
      '![a](https://img.shields.io/github/stars/a/b) ![b](https://img.shields.io/pypi/v/a)',
      '![a](https://img.shields.io/github/stars/a/b) ![b](https://badges.test/pypi/v/a)',
    ],
  ])('%s', (_, from, to) => {
    expect(convert(from)).toBe(to);
  });

  test('reports what each badge loses', () => {
    const text =
      'a https://img.shields.io/pypi/v/a?link=x and\n https://img.shields.io/github/stars/a/b';
    expect(readInput(text, catalog, ORIGIN)).toMatchObject({
      badges: [
        { to: '/pypi/v/a', notes: [expect.stringContaining('no links')] },
        { notes: [expect.stringContaining('PyPI')] },
      ],
    });
  });

  test('of 1 MiB with thousands of badges, all of them', () => {
    const line =
      '[![v](https://img.shields.io/pypi/v/a.svg)](https://pypi.org/project/a/) text text\n';
    const input = readInput(line.repeat(12_000), catalog, ORIGIN);
    expect(input.type === 'document' && input.badges).toHaveLength(12_000);
  });

  test('any text around a badge stays', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (before, after) => {
          const text = `${before}\n(https://img.shields.io/pypi/v/a)\n${after}`;
          const input = readInput(text, catalog, ORIGIN);
          // Binary texts are refused.
          fc.pre(input.type === 'document');
          expect(input.text).toBe(`${before}\n(https://badges.test/pypi/v/a)\n${after}`);
        },
      ),
    );
  });
});
