import type { Rasterizer } from '../raster.ts';

/** A letter of each script that package names, licenses and users' labels contain. */
const SCRIPTS: Readonly<Record<string, string>> = {
  Latin: 'W',
  Cyrillic: 'Ж',
  Greek: 'Ω',
  Arabic: 'ع',
  Hebrew: 'א',
  Chinese: '版',
  Japanese: 'ラ',
  Korean: '한',
  Devanagari: 'न',
  Thai: 'ท',
  emoji: '🚀',
};
/** Code points without a letter, whose boxes have the same frame and other digits. */
const UNASSIGNED = ['\u0378', '\u0bff', '\u2fdf', '\u1c4b'];
const UNASSIGNED_BEYOND = ['\u{1f8ff}', '\u{2fa6f}', '\u{10d9f}'];
/** Share of the frame and the common parts of digits that a letter covers by chance at most. */
const MAX_COVERED = 0.6;
const OPAQUE = 128;

/** Scripts by whether the machine's fonts have them. */
export interface Scripts {
  readonly drawn: readonly string[];
  readonly missing: readonly string[];
}

/** Draws a letter of each script. librsvg draws a box for a letter that no font has, without an error. */
export async function testScripts(rasterizer: Rasterizer): Promise<Scripts> {
  const [frame, frameBeyond] = await Promise.all([
    frameOf(rasterizer, UNASSIGNED),
    frameOf(rasterizer, UNASSIGNED_BEYOND),
  ]);
  const tested = Object.entries(SCRIPTS).map(async ([script, letter]) => {
    const ink = await inkOf(rasterizer, letter);
    const box = letter.length > 1 ? frameBeyond : frame;
    const covered = box.filter((at) => ink.has(at)).length;
    return { script, isDrawn: ink.size > 0 && covered <= box.length * MAX_COVERED };
  });
  const results = await Promise.all(tested);
  const namesOf = (wanted: boolean): string[] =>
    results.filter(({ isDrawn }) => isDrawn === wanted).map(({ script }) => script);
  return { drawn: namesOf(true), missing: namesOf(false) };
}

/** Returns the positions that all boxes cover. */
async function frameOf(rasterizer: Rasterizer, letters: readonly string[]): Promise<number[]> {
  const inks = await Promise.all(letters.map((letter) => inkOf(rasterizer, letter)));
  return [...(inks[0] ?? [])].filter((at) => inks.every((ink) => ink.has(at)));
}

/** Returns the positions that a letter covers. */
async function inkOf({ rasterize }: Rasterizer, letter: string): Promise<ReadonlySet<number>> {
  const text = `<text transform="scale(.1)" x="50" y="400" font-family="Verdana">${letter}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><g font-size="400">${text}</g></svg>`;
  const { default: sharp } = await import('sharp');
  const alpha = await sharp(await rasterize(svg, 'png', 1))
    .extractChannel('alpha')
    .raw()
    .toBuffer();
  return new Set([...alpha.keys()].filter((at) => (alpha[at] ?? 0) >= OPAQUE));
}
