/** A logo as a badge draws it. */
export interface Logo {
  /** A data URL made by us: it contains nothing that a user sent unchanged. */
  readonly href: string;
  /** In pixels; every logo is 14 high. */
  readonly width: number;
  /** Members of the badge's JSON. A raster picture has none. */
  readonly json: LogoJson;
  /** Additional drawing cost, in the unit of `drawingCost`. */
  readonly cost: number;
}

/** The members of shields.io's endpoint schema about a logo. */
export interface LogoJson {
  readonly namedLogo?: string;
  readonly logoColor?: string;
  readonly logoSize?: 'auto';
  readonly logoSvg?: string;
}

/** A logo as the URL asks for it. */
export interface LogoRequest {
  /** The name of an icon, or an image as a data URL. */
  readonly text: string;
  /** Color of an icon, as written. */
  readonly color?: string | undefined;
  /** Color of an icon if `color` is missing or unknown; otherwise one with enough contrast. */
  readonly defaultColor?: string | undefined;
  /** An icon is as wide as its shape at a height of 14, not square. */
  readonly isAuto: boolean;
}

/** Height of all logos, and width of those without `logoSize=auto`, in pixels. */
export const LOGO_SIDE = 14;

/** Returns an SVG as a data URL. */
export function toDataUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
