import { hash } from 'node:crypto';
import { makeBadge } from 'badge-maker';
import { PALETTE } from './color.ts';
import type { BadgeSpec } from './spec.ts';
import { escapeXml } from './xml.ts';

const ID_LENGTH = 10;

/**
 * Returns the badge as SVG: the same bytes for the same spec on every machine, and ids that no other spec's badge has,
 * so that many of them can stand in one HTML page. An empty label leaves the message alone.
 */
export function drawSvg(spec: BadgeSpec): string {
  const idSuffix = identify(spec);
  const badge = spec.style === 'social' && spec.label === '' ? drawBubble : drawBadge;
  return nameFor(badge(spec, idSuffix), spec)
    .replace('id="blur"', `id="blur${idSuffix}"`)
    .replaceAll('filter="url(#blur)"', `filter="url(#blur${idSuffix})"`);
}

/**
 * What of a spec shows, as text: two specs have the same one just where they have the same picture. There is no left half
 * without a label, and a color of badge-maker's palette is drawn as a hex color.
 */
export function essenceOf({ label, message, color, labelColor, style }: BadgeSpec): string {
  const left = label === '' ? null : toHex(labelColor ?? 'grey');
  return JSON.stringify([label, message, toHex(color), left, style]);
}

function toHex(color: string): string {
  return PALETTE.get(color) ?? color;
}

function identify(spec: BadgeSpec): string {
  return hash('sha256', essenceOf(spec), 'base64url').slice(0, ID_LENGTH);
}

function drawBadge({ label, message, color, labelColor, style }: BadgeSpec, idSuffix: string) {
  // badge-maker paints a left half without a label where there is a color for it.
  const left = label === '' || labelColor === undefined ? {} : { labelColor };
  return makeBadge({ label, message, color, ...left, style, idSuffix });
}

// badge-maker's social badge without a label is an empty box beside the message: here the message is in that box. As a
// label it begins with a capital, which is taken back.
function drawBubble({ message, color, style }: BadgeSpec, idSuffix: string): string {
  const capitalized = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  const svg = makeBadge({ label: message, message: '', color, style, idSuffix });
  return svg.replaceAll(`>${escapeXml(capitalized)}</text>`, () => `>${escapeXml(message)}</text>`);
}

// The name for screen readers is the text as it is: badge-maker gives it in capitals where the style has capitals.
function nameFor(svg: string, { label, message }: BadgeSpec): string {
  const name = escapeXml([label, message].filter((part) => part !== '').join(': '));
  const start = svg.indexOf(' role="img"');
  const end = svg.indexOf('</title>');
  return `${svg.slice(0, start)} role="img" aria-label="${name}"><title>${name}${svg.slice(end)}`;
}
