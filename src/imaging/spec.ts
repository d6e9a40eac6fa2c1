import type { Logo } from '../logos/logo.ts';

/** Styles of badge-maker, by shields.io's names. */
export const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const;
export type Style = (typeof STYLES)[number];

/** Formats of pictures. */
export const FORMATS = ['svg', 'png', 'jpeg', 'gif', 'tiff', 'webp'] as const;
export type Format = (typeof FORMATS)[number];

/** Size of a raster picture, as a multiple of the SVG's. */
export const SCALES = [1, 2, 3, 4] as const;
export type Scale = (typeof SCALES)[number];

/** A drawn picture: the bytes of a raster format, or the text of an SVG. */
export type Picture = Buffer | string;

/**
 * Everything that a picture shows. Texts are clean (see `cleanText`), colors are names of shields.io's palette or
 * `#hex` (see `normalizeColor`); equal specs give the same bytes.
 */
export interface BadgeSpec {
  readonly label: string;
  readonly message: string;
  readonly color: string;
  /** Default: dark gray. */
  readonly labelColor?: string;
  readonly logo?: Logo;
  readonly style: Style;
}
