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
