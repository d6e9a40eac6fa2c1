import { composeSpec, type StyleOptions } from '../../badges/compose.ts';
import type { Content } from '../../badges/kind.ts';
import { toBadgeError } from '../../errors.ts';
import type { BadgeSpec } from '../../imaging/spec.ts';
import type { Logos } from '../../logos/logos.ts';
import type { BadgeContext } from '../state.ts';

/**
 * Returns the spec of a badge with its logo; the styling is by default the URL's. Rejects with a `BadgeError` if a user's
 * image is not read because of overload, or because the client asks too often.
 */
export async function composeBadge(
  { state }: BadgeContext,
  logos: Logos,
  content: Content & { label: string },
  styling: StyleOptions = state.parameters.styling,
): Promise<BadgeSpec> {
  const { logo: request, style } = styling;
  try {
    const logo = request && (await logos.find(request, style, state.charge));
    return composeSpec(content, styling, logo);
  } catch (error) {
    // An unreadable icon must not fail the error badge that then carries it, too.
    throw toBadgeError(error);
  }
}
