/** The styles that badge-maker draws; shields.io's names. */
export const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const;
export type Style = (typeof STYLES)[number];

/** The formats that a picture comes in. */
export const FORMATS = ['svg', 'png', 'jpeg', 'gif', 'tiff', 'webp'] as const;
export type Format = (typeof FORMATS)[number];

/** How many times larger than the SVG a raster picture is. */
export type Scale = 1 | 2 | 3 | 4;

/** A drawn picture: the bytes of a raster format, or the text of an SVG. */
export type Picture = Buffer | string;

/**
 * All that a picture shows: every badge is a generic badge once its kind has spoken.
 *
 * The texts are clean (see `cleanText`), the colors are names of shields.io's palette or `#hex` (see `normalizeColor`):
 * two specs that are equal give the same picture, byte for byte.
 */
export interface BadgeSpec {
  readonly label: string;
  readonly message: string;
  readonly color: string;
  /** Left out: the renderer's dark grey. */
  readonly labelColor?: string;
  readonly style: Style;
}
