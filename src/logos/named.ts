import { normalizeColor, toHex } from '../imaging/color.ts';
import type { Style } from '../imaging/spec.ts';
import type { Icon } from './icons.ts';
import { type Logo, LOGO_SIDE, type LogoRequest, toDataUrl } from './logo.ts';

/** shields.io's thresholds: a darker icon is invisible on the gray label, a lighter one on the white of `social`. */
const DARK = 0.4;
const LIGHT = 0.6;
/** Drawing an icon takes half as long as drawing a typical badge. */
const COST = 0.5;

/** Returns an icon as a logo, in one color. */
export async function drawNamedLogo(
  icon: Icon,
  { color, defaultColor, isAuto }: LogoRequest,
  style: Style,
): Promise<Logo> {
  const chosen = normalizeColor(color ?? '') ?? defaultColor;
  const fill = chosen === undefined ? contrastingColor(icon.hex, style) : toHex(chosen);
  const { box, width } = isAuto ? await fit(icon.path) : { box: '0 0 24 24', width: LOGO_SIDE };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" fill="${fill}"><path d="${icon.path}"/></svg>`;
  return {
    href: toDataUrl(svg),
    width,
    json: {
      namedLogo: icon.slug,
      ...(chosen !== undefined && { logoColor: chosen }),
      ...(isAuto && { logoSize: 'auto' }),
    },
    cost: COST,
  };
}

function contrastingColor(hex: string, style: Style): string {
  const brightness = brightnessOf(hex);
  if (style === 'social') return brightness >= LIGHT ? '#333' : `#${hex}`;
  return brightness <= DARK ? 'whitesmoke' : `#${hex}`;
}

/** Returns the brightness from 0 to 1, rounded to two decimals as shields.io does. */
function brightnessOf(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) =>
    Number.parseInt(hex.slice(at, at + 2), 16),
  );
  return Number(((299 * red + 587 * green + 114 * blue) / 255_000).toFixed(2));
}

async function fit(path: string): Promise<{ box: string; width: number }> {
  const { svgPathBbox } = await import('svg-path-bbox');
  const [left, top, right, bottom] = svgPathBbox(path);
  const width = right - left;
  const height = bottom - top;
  return { box: `${left} ${top} ${width} ${height}`, width: (width / height) * LOGO_SIDE };
}
