import { normalizeColor } from '../imaging/color.ts';
import type { BadgeSpec, Style } from '../imaging/spec.ts';
import { cleanText } from '../imaging/text.ts';
import type { Logo, LogoRequest } from '../logos/logo.ts';
import type { Content } from './kind.ts';

/** Style, label, colors and logo that the URL asks for. */
export interface StyleOptions {
  readonly style: Style;
  /** Empty removes the left half. */
  readonly label?: string | undefined;
  readonly color?: string | undefined;
  readonly labelColor?: string | undefined;
  readonly logo?: LogoRequest | undefined;
}

/**
 * Returns the spec of a picture: content, options and the logo that was found for them, with clean texts. Unknown colors
 * of the options count as absent.
 */
export function composeSpec(
  content: Content & { label: string },
  styling: StyleOptions,
  logo?: Logo,
): BadgeSpec {
  const labelColor = normalizeColor(styling.labelColor ?? '');
  return {
    label: cleanText(styling.label ?? content.label),
    message: cleanText(content.message),
    color: normalizeColor(styling.color ?? '') ?? content.color,
    ...(labelColor === undefined ? {} : { labelColor }),
    ...(logo === undefined ? {} : { logo }),
    style: styling.style,
  };
}
