import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PARAMETERS } from '../../../src/badges/parameters.ts';
import { readParameters } from '../../../src/http/parameters.ts';

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
    ['labelColor=abc', { labelColor: 'abc' }],
    ['colorA=abc', { labelColor: 'abc' }],
    ['labelColor=abc&colorA=def', { labelColor: 'abc' }],
    ['style=plastic&style=social', { style: 'flat' }],
    ['label=a&label=b', { label: undefined }],
  ])('%s sets the style options %o', (query, styling) => {
    expect(readParameters(query).styling).toEqual({ ...nothing.styling, ...styling });
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
    ['range=false', {}],
    ['range&range', {}],
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
    ['cacheSeconds=60&maxAge=3600', { cacheSeconds: 60 }],
    ['cacheSeconds=-1', { cacheSeconds: 0 }],
    ['cacheSeconds=1e9', { cacheSeconds: 0 }],
    ['cacheSeconds=99999999999999', { cacheSeconds: 0 }],
    ['style=flat', { hasStyle: true }],
  ])('%s means %o', (query, meaning) => {
    expect(readParameters(query)).toMatchObject(meaning);
  });

  test('ignores unknown parameters', () => {
    expect(
      readParameters('x=1&version=2&__proto__=3&constructor=4&cachebust=5&logo=python'),
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
