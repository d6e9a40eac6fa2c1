import { hash } from 'node:crypto';
import { makeBadge } from './badge-maker.ts';
import { toHex } from './color.ts';
import type { BadgeSpec } from './spec.ts';
import { escapeXml } from './xml.ts';

const ID_LENGTH = 10;
/** Stands for a logo while badge-maker draws, which would look for special characters in kilobytes of Base64. */
const LOGO_PLACE = 'data:,';
/** Hex digits of the identity that an id is made from. */
const ID_DIGITS = 16;

/**
 * Returns the badge as SVG; equal specs give the same bytes. Its ids are unique to the spec, so that one HTML page can
 * contain many badges. An empty label removes the left half. A caller that knows `identityOf(spec)`, or its first 16
 * digits, saves a digest.
 */
export function drawSvg(spec: BadgeSpec, identity: string = identityOf(spec)): string {
  const idSuffix = Buffer.from(identity.slice(0, ID_DIGITS), 'hex')
    .toString('base64url')
    .slice(0, ID_LENGTH);
  const isBubble = spec.style === 'social' && spec.label === '' && spec.logo === undefined;
  const badge = isBubble ? drawBubble : drawBadge;
  return nameFor(badge(spec, idSuffix), spec)
    .replace('id="blur"', `id="blur${idSuffix}"`)
    .replaceAll('filter="url(#blur)"', `filter="url(#blur${idSuffix})"`);
}

/**
 * Returns the SHA-256 in hex of what a spec shows; two specs have the same one exactly if they have the same picture.
 * Without a label there is no left half, and a color of the palette is drawn as its hex value.
 */
export function identityOf(spec: BadgeSpec): string {
  const { label, message, color, labelColor, style, logo } = spec;
  const left = label === '' && !hasLogoHalf(spec) ? null : toHex(labelColor ?? 'grey');
  const shown = [label, message, toHex(color), left, style];
  return hash('sha256', JSON.stringify(logo ? [...shown, logo.href, logo.width] : shown));
}

/** Whether the left half has a logo only. Without a label, a logo is in the right half unless it has a label color. */
function hasLogoHalf({ label, labelColor, logo }: BadgeSpec): boolean {
  return label === '' && logo !== undefined && labelColor !== undefined;
}

function drawBadge(spec: BadgeSpec, idSuffix: string): string {
  const { label, message, color, style, logo } = spec;
  // With a label color, badge-maker draws a left half even without label and logo.
  const labelColor = label === '' && !hasLogoHalf(spec) ? undefined : spec.labelColor;
  const content = { label, message, color, labelColor, style, idSuffix };
  if (logo === undefined) return makeBadge(content);
  const svg = makeBadge({ ...content, logo: LOGO_PLACE, logoWidth: logo.width });
  return svg.replace(`href="${LOGO_PLACE}"`, () => `href="${logo.href}"`);
}

// Without a label, badge-maker's social badge has an empty box beside the message. This puts the message in the box, as
// a label, and undoes the capital that badge-maker gives to labels.
function drawBubble({ message, color, style }: BadgeSpec, idSuffix: string): string {
  const capitalized = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  const svg = makeBadge({ label: message, message: '', color, style, idSuffix });
  return svg.replaceAll(`>${escapeXml(capitalized)}</text>`, () => `>${escapeXml(message)}</text>`);
}

// Screen readers get the original text; badge-maker would write it in capitals for styles that have capitals.
function nameFor(svg: string, { label, message }: BadgeSpec): string {
  const name = escapeXml([label, message].filter((part) => part !== '').join(': '));
  const start = svg.indexOf(' role="img"');
  const end = svg.indexOf('</title>');
  return `${svg.slice(0, start)} role="img" aria-label="${name}"><title>${name}${svg.slice(end)}`;
}
