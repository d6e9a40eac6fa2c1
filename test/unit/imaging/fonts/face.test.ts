import fc from 'fast-check';
import { open } from 'fontkit';
import { beforeAll, expect, test } from 'vitest';
import { type Face, openFace } from '../../../../src/imaging/fonts/face.ts';
import { type FontFiles, prepareFonts } from '../../../../src/imaging/fonts/fonts.ts';
import { makeTempDirectory } from '../../../support/temp.ts';

let files: FontFiles;
beforeAll(async () => {
  const { path, remove } = await makeTempDirectory();
  ({ files } = await prepareFonts(path));
  return remove;
});

const NAMES = ['sans', 'sansBold', 'helvetica', 'helveticaBold'] as const;

/** Common letters of badges, kerned pairs among them, and other Latin letters. */
const letters = fc.oneof(
  fc.constantFrom(...'AVATAR Type LTyW0.9|,-_/fiflffiß'.split('')),
  fc.integer({ min: 0x20, max: 0x24f }).map((code) => String.fromCodePoint(code)),
);

test.each(NAMES)('%s: measures a text as wide as the font lays it out', async (name) => {
  const font = await open(files[name]);
  const face = await openFace(files[name]);
  const isDrawn = (character: string): boolean => face.has(character) && !/\p{M}/u.test(character);
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 80 }), (characters) => {
      const text = characters.filter(isDrawn).join('');
      const whole = font.layout(text, { liga: false }).advanceWidth / font.unitsPerEm;
      expect(face.widthOf(text)).toBeCloseTo(whole, 6);
    }),
    { numRuns: 100 },
  );
});

test('knows which letters a font has', async () => {
  const face: Face = await openFace(files.sans);
  expect(['a', 'ß', '日', '🎉'].map((character) => face.has(character))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
