import { svgPathBbox } from 'svg-path-bbox';
import { toHex } from '../imaging/color.ts';
import type { Icon } from './icons.ts';
import { type Logo, LOGO_SIDE, toDataUrl } from './logo.ts';

/** shields.io's thresholds: darker, an icon is hardly seen on the label's grey; lighter, on the white of `social`. */
const DARK = 0.4;
const LIGHT = 0.6;

/** How a URL wants an icon to look. */
export interface NamedLogoOptions {
  readonly isSocial: boolean;
  /** As `normalizeColor` gives it; left out: the brand's, or one that is seen better. */
  readonly color?: string | undefined;
  /** `logoSize=auto`: as wide as the icon is in a height of 14, instead of in a square. */
  readonly isAuto: boolean;
}

/** Returns an icon as a logo, in one color. */
export function drawNamedLogo(icon: Icon, { isSocial, color, isAuto }: NamedLogoOptions): Logo {
  const fill = color === undefined ? defaultColor(icon.hex, isSocial) : toHex(color);
  const { box, width } = isAuto ? fit(icon.path) : { box: '0 0 24 24', width: LOGO_SIDE };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" fill="${fill}"><path d="${icon.path}"/></svg>`;
  return {
    href: toDataUrl(svg),
    width,
    twin: {
      namedLogo: icon.slug,
      ...(color !== undefined && { logoColor: color }),
      ...(isAuto && { logoSize: 'auto' }),
    },
  };
}

function defaultColor(hex: string, isSocial: boolean): string {
  const brightness = brightnessOf(hex);
  if (isSocial) return brightness >= LIGHT ? '#333' : `#${hex}`;
  return brightness <= DARK ? 'whitesmoke' : `#${hex}`;
}

/** From 0 to 1, to two decimals, as shields.io reckons it. */
function brightnessOf(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) =>
    Number.parseInt(hex.slice(at, at + 2), 16),
  );
  return Math.round((299 * red + 587 * green + 114 * blue) / 2550) / 100;
}

function fit(path: string): { box: string; width: number } {
  const [left, top, right, bottom] = svgPathBbox(path);
  const width = right - left;
  const height = bottom - top;
  return { box: `${left} ${top} ${width} ${height}`, width: (width / height) * LOGO_SIDE };
}
