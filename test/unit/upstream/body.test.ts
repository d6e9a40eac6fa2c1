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

describe('the items of a skipped array', () => {
  /** Returns the items, fed in pieces of `pieceBytes`. */
  function itemsOf(text: string, pieceBytes: number): string[] {
    const items: string[] = [];
    const skipper = createMemberSkipper('files', (json) => void items.push(json));
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; from += pieceBytes)
      skipper(bytes.subarray(from, from + pieceBytes));
    return items;
  }

  test.each([
    ['{"files":[{"a":[1,2]},{"b":"],"}],"c":[3]}', ['{"a":[1,2]}', '{"b":"],"}']],
    ['{"files":[1,"two",[3],null]}', ['1', '"two"', '[3]', 'null']],
    ['{"a":1,"files":[]}', []],
    ['{"files":[ ]}', []],
    ['{"files":{"a":[1]}}', []],
    ['{"files":"[1]"}', []],
    ['{"a":{"files":[1]}}', []],
  ])('%s', (text, items) => {
    expect(itemsOf(text, 1)).toEqual(items);
    expect(itemsOf(text, 1_000)).toEqual(items);
  });

  test('any array, in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.jsonValue(),
        fc.integer({ min: 1, max: 40 }),
        (files, other, pieceBytes) => {
          const text = JSON.stringify({ before: other, files, after: other });
          const items = itemsOf(text, pieceBytes).map((item): unknown => JSON.parse(item));
          expect(items).toEqual(JSON.parse(JSON.stringify(files)));
        },
      ),
    );
  });

  test('a long item is dropped, and more than 200,000 are refused', () => {
    const long = JSON.stringify('a'.repeat(70_000));
    expect(itemsOf(`{"files":[1,${long},2]}`, 1_000).filter((item) => item !== '')).toEqual([
      '1',
      '2',
    ]);
    const many = `{"files":[${'0,'.repeat(200_000)}0]}`;
    expect(() => itemsOf(many, 65_536)).toThrow('items');
  });
});
