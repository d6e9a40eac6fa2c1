import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PARAMETERS } from '../../../../src/badges/parameters.ts';
import { readParameters } from '../../../../src/http/urls/parameters.ts';
import { iconRuleOf } from '../../../../src/http/urls/paths.ts';

const nothing = readParameters('');

describe('query parameters', () => {
  test.each([
    ['style=flat-square', { style: 'flat-square' }],
    ['style=popout', { style: 'flat' }],
    ['style=popout-square', { style: 'flat-square' }],
    ['style=comic', { style: 'flat' }],
    ['label=docs%20here', { label: 'docs here' }],
    ['label=', { label: '' }],
    ['label=%zz', { label: '%zz' }],
    ['color=red', { color: 'red' }],
    ['colorB=red', { color: 'red' }],
    ['color=blue&colorB=red', { color: 'blue' }],
    ['color=', { color: undefined }],
    ['labelColor=aabbcc', { labelColor: '#aabbcc' }],
    ['colorA=%23ABC', { labelColor: '#abc' }],
    ['labelColor=abc&colorA=def', { labelColor: '#abc' }],
    ['labelColor=no-color&colorA=def', { labelColor: '#def' }],
    ['color=Critical', { color: 'red' }],
    ['color=no-color', { color: undefined }],
    [`color=${'+'.repeat(62)}red`, { color: undefined }],
    ['style=plastic&style=social', { style: 'flat' }],
    ['label=a&label=b', { label: undefined }],
  ])('%s sets the style options %o', (query, styling) => {
    expect(readParameters(query).styling).toEqual({ ...nothing.styling, ...styling });
  });

  const python = { text: 'python', color: undefined, isAuto: false };

  test.each([
    ['logo=python', 'white', python],
    ['logo=python&logoColor=red&logoSize=auto', 'none', { ...python, color: 'red', isAuto: true }],
    ['logo=&logoColor=red', 'none', undefined],
    ['icon=python', 'none', undefined],
    ['icon=si:python', 'brand', python],
    ['icon=python&icon_color=red&logoSize=auto', 'brand', { ...python, color: 'red' }],
    ['icon=SI%3Apython', 'white', { ...python, defaultColor: '#ffffff' }],
    ['icon=pypi&logo=python&icon_color=red', 'white', python],
  ] as const)('%s, where icons are %s, asks for the logo %o', (query, icons, logo) => {
    expect(readParameters(query, icons).styling.logo).toEqual(logo);
  });

  test.each([
    ['/pypi/v/requests.svg', 'white'],
    ['/py/requests.svg', 'brand'],
    ['/badge/chat/on', 'white'],
    ['/static/chat/on/green.svg', 'white'],
    ['/badge/a-b-blue.svg', 'none'],
    ['/badge/a-b-blue.svg/', 'none'],
    ['/static/v1.svg', 'none'],
    ['/version/requests/badge.svg', 'none'],
    ['/pypi', 'none'],
  ])('at %s, icons are %s', (path, rule) => {
    expect(iconRuleOf(path)).toBe(rule);
  });

  test.each([
    ['period=day', { period: 'day' }],
    ['period=year', {}],
    ['text=version', { text: 'version' }],
    ['text=anything', {}],
    ['prefix=v', { prefix: 'v' }],
    ['prefix=none', { prefix: 'none' }],
    ['prefix=x', {}],
    ['number=full', { number: 'full' }],
    ['number=long', {}],
    ['range', { range: true }],
    ['range=', { range: true }],
    ['range=1', { range: true }],
    ['range=no', { range: true }],
    ['range=0', {}],
    ['range=False', {}],
    ['range&range', {}],
    ['include_prereleases', { include_prereleases: true }],
    ['include_prereleases=', { include_prereleases: true }],
    ['include_prereleases=yes', { include_prereleases: true }],
    ['include_prereleases=0', {}],
    ['include_prereleases=False', {}],
    ['include_prereleases=1&include_prereleases=0', {}],
  ])('%s sets the content options %o', (query, content) => {
    expect(readParameters(query).content).toEqual(content);
  });

  test.each([
    ['scale=2', { scale: 2 }],
    ['scale=5', { scale: undefined }],
    ['scale=1.5', { scale: undefined }],
    ['strict=1', { strict: true }],
    ['strict=true', { strict: false }],
    ['cacheSeconds=3600', { cacheSeconds: 3600 }],
    ['maxAge=3600', { cacheSeconds: 3600 }],
    ['cacheSeconds=60&maxAge=3600', { cacheSeconds: 3600 }],
    ['cacheSeconds=7199', { cacheSeconds: 3600 }],
    ['cacheSeconds=999999999', { cacheSeconds: 604_800 }],
    ['cacheSeconds=599', { cacheSeconds: 0 }],
    ['cacheSeconds=03600', { cacheSeconds: 0 }],
    [`${'x=1&'.repeat(2_000)}scale=2`, { scale: 2 }],
    ['cacheSeconds=-1', { cacheSeconds: 0 }],
    ['cacheSeconds=1e9', { cacheSeconds: 0 }],
    ['cacheSeconds=99999999999999', { cacheSeconds: 0 }],
    ['style=flat', { hasStyle: true }],
  ])('%s means %o', (query, meaning) => {
    expect(readParameters(query)).toMatchObject(meaning);
  });

  test('ignores unknown parameters', () => {
    expect(
      readParameters('x=1&version=2&__proto__=3&constructor=4&cachebust=5&logoWidth=30'),
    ).toEqual(nothing);
    expect(PARAMETERS.map(({ name }) => name)).not.toContain('version');
  });

  test('accepts any text as a query', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...PARAMETERS.map(({ name }) => name)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        const { scale, cacheSeconds } = readParameters(
          pairs.map((pair) => pair.join('=')).join('&'),
        );
        expect([undefined, 1, 2, 3, 4]).toContain(scale);
        expect(Number.isSafeInteger(cacheSeconds)).toBe(true);
      }),
    );
  });
});
