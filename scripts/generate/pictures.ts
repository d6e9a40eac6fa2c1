import { composeSpec } from '../../src/badges/compose.ts';
import { STYLES } from '../../src/imaging/spec.ts';
import { drawSvg } from '../../src/imaging/svg.ts';

const PICTURES = [
  ['', 'pypi', '2.32.3', 'brightgreen'],
  ['-downloads', 'downloads', '12.3k/month', 'brightgreen'],
  ['-python', 'python', '3.9 | 3.10 | 3.11', 'blue'],
  ['-license', 'license', 'Apache-2.0', 'green'],
] as const;

/** Returns the pictures of the README: file and SVG. */
export function drawPictures(): [file: string, content: string][] {
  return STYLES.flatMap((style) =>
    PICTURES.slice(0, style === 'flat' ? 4 : 2).map(
      ([suffix, label, message, color]): [string, string] => [
        `docs/pictures/${style}${suffix}.svg`,
        drawSvg(composeSpec({ label, message, color }, { style })),
      ],
    ),
  );
}
