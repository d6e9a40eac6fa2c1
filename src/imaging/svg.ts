import { hash } from 'node:crypto';
import { makeBadge } from 'badge-maker';
import type { BadgeSpec } from './spec.ts';

const ID_LENGTH = 10;
/** Hex digits that an id is made of. */
const ID_DIGITS = 16;
/** badge-maker's palette, which it does not export. */
const PALETTE: ReadonlyMap<string, string> = new Map([
  ['brightgreen', '#4b0'],
  ['green', '#67ac09'],
  ['yellow', '#d8b800'],
  ['yellowgreen', '#95991a'],
  ['orange', '#ea7233'],
  ['red', '#dd4343'],
  ['blue', '#007ec6'],
  ['grey', '#555'],
  ['lightgrey', '#939393'],
]);
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

/**
 * Returns the badge as SVG: the same bytes for the same spec on every machine, and ids that no other spec's badge has,
 * so that many of them can stand in one HTML page. An empty label leaves the message alone. Whoever knows how the spec's
 * identity begins spares a digest.
 */
export function drawSvg(spec: BadgeSpec, identity: string = identityOf(spec)): string {
  const idSuffix = Buffer.from(identity.slice(0, ID_DIGITS), 'hex')
    .toString('base64url')
    .slice(0, ID_LENGTH);
  const badge = spec.style === 'social' && spec.label === '' ? drawBubble : drawBadge;
  return nameFor(badge(spec, idSuffix), spec)
    .replace('id="blur"', `id="blur${idSuffix}"`)
    .replaceAll('filter="url(#blur)"', `filter="url(#blur${idSuffix})"`);
}

/**
 * SHA-256, in hex, of what of a spec shows: two specs have the same one just where they have the same picture. There is no
 * left half without a label, and a colour of badge-maker's palette is drawn as a hex colour.
 */
export function identityOf({ label, message, color, labelColor, style }: BadgeSpec): string {
  const left = label === '' ? null : toHex(labelColor ?? 'grey');
  return hash('sha256', JSON.stringify([label, message, toHex(color), left, style]));
}

function toHex(color: string): string {
  return PALETTE.get(color) ?? color;
}

function drawBadge({ label, message, color, labelColor, style }: BadgeSpec, idSuffix: string) {
  // badge-maker paints a left half without a label where there is a colour for it.
  const left = label === '' || labelColor === undefined ? {} : { labelColor };
  return makeBadge({ label, message, color, ...left, style, idSuffix });
}

// badge-maker's social badge without a label is an empty box beside the message: here the message is in that box. As a
// label it begins with a capital, which is taken back.
function drawBubble({ message, color, style }: BadgeSpec, idSuffix: string): string {
  const capitalised = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  const svg = makeBadge({ label: message, message: '', color, style, idSuffix });
  return svg.replaceAll(`>${escapeXml(capitalised)}</text>`, () => `>${escapeXml(message)}</text>`);
}

// The name for screen readers is the text as it is: badge-maker gives it in capitals where the style has capitals.
function nameFor(svg: string, { label, message }: BadgeSpec): string {
  const name = escapeXml([label, message].filter((part) => part !== '').join(': '));
  const start = svg.indexOf(' role="img"');
  const end = svg.indexOf('</title>');
  return `${svg.slice(0, start)} role="img" aria-label="${name}"><title>${name}${svg.slice(end)}`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
}
