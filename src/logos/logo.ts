/** A logo as a badge draws it. */
export interface Logo {
  /** A data URL of ours: nothing of what a user sent stands in it as it came. */
  readonly href: string;
  /** In pixels; every logo is 14 high. */
  readonly width: number;
  /** What the twin for machines says of it. A raster picture has no place in it. */
  readonly twin: LogoTwin;
}

/** The members of shields.io's endpoint schema about a logo. */
export interface LogoTwin {
  readonly namedLogo?: string;
  readonly logoColor?: string;
  readonly logoSize?: 'auto';
  readonly logoSvg?: string;
}

/** How high every logo is, and how wide one is whose size is not `auto`, in pixels. */
export const LOGO_SIDE = 14;

/** Returns an SVG as a data URL. */
export function toDataUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
