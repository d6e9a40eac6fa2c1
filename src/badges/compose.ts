import { normalizeColor } from '../imaging/color.ts';
import type { BadgeSpec, Style } from '../imaging/spec.ts';
import { cleanText } from '../imaging/text.ts';
import type { Content } from './kind.ts';

/** badge-maker's color for a message whose color it does not recognize. */
const DEFAULT_COLOR = 'brightgreen';

/** How the user wants a badge to look, as written in the URL. */
export interface StyleOptions {
  readonly style: Style;
  /** Empty removes the left half. */
  readonly label?: string | undefined;
  readonly color?: string | undefined;
  readonly labelColor?: string | undefined;
}

/**
 * What a kind says, as the user wants it to look: the spec of a picture, with clean texts and known colors. A color
 * that nobody recognizes falls back to the renderer's own, as at shields.io.
 */
export function composeSpec(
  content: Content & { label: string },
  styling: StyleOptions,
): BadgeSpec {
  const labelColor =
    styling.labelColor === undefined ? undefined : normalizeColor(styling.labelColor);
  return {
    label: cleanText(styling.label ?? content.label),
    message: cleanText(content.message),
    color: normalizeColor(styling.color ?? content.color) ?? DEFAULT_COLOR,
    ...(labelColor === undefined ? {} : { labelColor }),
    style: styling.style,
  };
}
