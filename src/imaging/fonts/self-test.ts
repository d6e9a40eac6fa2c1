import type { Rasterizer } from '../raster.ts';

/** A font is missing: librsvg draws every letter as the same box, or as nothing, without an error. */
export class FontsBrokenError extends Error {
  constructor(face: string) {
    super(`letters cannot be drawn: fontconfig finds no font for ${face}`);
    this.name = 'FontsBrokenError';
  }
}

/** The families and weights that badge-maker's styles ask for. */
const FACES = [
  'font-family="Verdana"',
  'font-family="Verdana" font-weight="bold"',
  'font-family="Helvetica" font-weight="bold"',
];
const LETTERS = ['W', 'i', ''];

/** Rejects with a `FontsBrokenError` if, in any font, two letters and an empty text do not give three pictures. */
export async function testFonts(rasterizer: Rasterizer): Promise<void> {
  await Promise.all(FACES.map((face) => testFace(rasterizer, face)));
}

async function testFace({ rasterize }: Rasterizer, face: string): Promise<void> {
  const pictures = await Promise.all(
    LETTERS.map((letter) => rasterize(drawLetter(face, letter), 'png', 1)),
  );
  const different = new Set(pictures.map((picture) => picture.toString('base64')));
  if (different.size < LETTERS.length) throw new FontsBrokenError(face);
}

function drawLetter(face: string, letter: string): string {
  const text = `<text transform="scale(.1)" x="50" y="150" ${face}>${letter}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><g font-size="100">${text}</g></svg>`;
}
