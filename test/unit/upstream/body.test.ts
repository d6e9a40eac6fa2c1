import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemberSkipper } from '../../../src/upstream/body.ts';

/** Returns the text without the member, fed in pieces of `pieceBytes`. */
function skip(text: string, pieceBytes = 1): string {
  const skipper = createMemberSkipper('releases');
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += pieceBytes)
    pieces.push(skipper(bytes.subarray(from, from + pieceBytes)));
  return Buffer.concat(pieces).toString();
}

describe('skips a member of the outermost object only', () => {
  test.each([
    ['{"a":1,"releases":{"1.0":[{"x":"}"}]},"b":2}', '{"a":1,"releases":null,"b":2}'],
    ['{"releases":{}}', '{"releases":null}'],
    ['{"releases" : [1, 2] , "b":2}', '{"releases" :null, "b":2}'],
    ['{"releases":"a\\"],}{"}', '{"releases":null}'],
    ['{"releases":1}', '{"releases":null}'],
    ['{"a":{"releases":[1]},"b":["releases"]}', '{"a":{"releases":[1]},"b":["releases"]}'],
    ['{"a":"releases","b":1}', '{"a":"releases","b":1}'],
    ['{"releasesx":1,"release":2}', '{"releasesx":1,"release":2}'],
    ['{"x\\"releases":1}', '{"x\\"releases":1}'],
    ['["releases",1]', '["releases",1]'],
  ])('%s', (text, expected) => {
    expect(skip(text)).toBe(expected);
    expect(skip(text, 1_000)).toBe(expected);
  });

  test('any document, in pieces of any size', () => {
    const documents = fc.dictionary(fc.oneof(fc.string(), fc.constant('releases')), fc.jsonValue());
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 40 }), (document, pieceBytes) => {
        const text = JSON.stringify(document);
        const expected = 'releases' in document ? { ...document, releases: null } : document;
        expect(JSON.parse(skip(text, pieceBytes))).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });
});

describe('brackets that no parser should see', () => {
  const deep = (count: number, close = ''): string => `{"a":${'['.repeat(count)}${close}`;
  /** How many bytes were read of it; all of them where nothing was refused. */
  const readUntilRefused = (text: string): number => {
    const skipper = createMemberSkipper('releases');
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1) {
      try {
        skipper(bytes.subarray(at, at + 1));
      } catch (error) {
        expect(error).toMatchObject({ name: 'UpstreamError', failure: 'unparsable' });
        return at;
      }
    }
    return bytes.length;
  };

  test('a megabyte of them, one in the other, is read no further than 64 deep', () => {
    expect(readUntilRefused(deep(1_000_000))).toBe('{"a":'.length + 63);
    expect(readUntilRefused(`{"releases":${'{"a":'.repeat(100_000)}`)).toBeLessThan(400);
  });

  test('64 deep is read, and brackets in texts are not counted', () => {
    const text = deep(63, ']'.repeat(63) + `,"b":"${'['.repeat(1_000)}"}`);
    expect(skip(text, text.length)).toBe(text);
  });

  test('a hundred thousand side by side are the most, but for those left out', () => {
    const many = `[${'{},'.repeat(200_000)}0]`;
    expect(() => skip(`{"a":${many}}`, 65_536)).toThrow('brackets');
    expect(skip(`{"releases":${many}}`, 65_536)).toBe('{"releases":null}');
  });
});
