import { normalizeColor } from '../imaging/color.ts';
import type { BadgeSpec, Style } from '../imaging/spec.ts';
import { cleanText } from '../imaging/text.ts';
import type { Logo, LogoRequest } from '../logos/logo.ts';
import type { Content } from './kind.ts';

/** badge-maker's color for an unknown color of the message. */
const DEFAULT_COLOR = 'brightgreen';

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
 * Returns the spec of a picture: content, options and the logo that was found for them, with clean texts and valid
 * colors. Unknown colors become the default.
 */
export function composeSpec(
  content: Content & { label: string },
  styling: StyleOptions,
  logo?: Logo,
): BadgeSpec {
  const labelColor =
    styling.labelColor === undefined ? undefined : normalizeColor(styling.labelColor);
  return {
    label: cleanText(styling.label ?? content.label),
    message: cleanText(content.message),
    color: normalizeColor(styling.color ?? content.color) ?? DEFAULT_COLOR,
    ...(labelColor === undefined ? {} : { labelColor }),
    ...(logo === undefined ? {} : { logo }),
    style: styling.style,
  };
}
