import { z } from 'zod';
import type { Style } from './spec.ts';

/** What badge-maker's inner function draws. */
interface Badge {
  readonly label: string;
  readonly message: string;
  readonly color: string;
  readonly labelColor?: string | undefined;
  readonly style: Style;
  readonly idSuffix: string;
  /** A data URL. */
  readonly logo?: string | undefined;
  /** In pixels. */
  readonly logoWidth?: number | undefined;
}

const moduleSchema = z.object({
  default: z.custom<(badge: Badge) => string>((value) => typeof value === 'function'),
});

// The function that the package exports draws each logo 14 wide.
const inside: unknown = await import(
  new URL('make-badge.js', import.meta.resolve('badge-maker')).href
);
const { default: makeBadgeInside } = moduleSchema.parse(inside);

/** Returns a badge as SVG. Texts and colors must be valid: the inner function checks nothing. */
export function makeBadge(badge: Badge): string {
  return makeBadgeInside(badge);
}
