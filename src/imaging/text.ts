/** Code points that a picture shows of a label or a message. */
export const MAX_CODE_POINTS = 256;

/** Longer texts are cut before cleaning, which bounds the work. */
const MAX_CODE_UNITS = 16 * MAX_CODE_POINTS;

const PLAIN_ASCII = /^[!-~](?:[ -~]{0,254}[!-~])?$/;
const LINE_BREAKS = /[\t\n\r\u0085\u2028\u2029]/g;
// Control characters and U+FFFE/U+FFFF are invalid in XML; a direction override would reverse the rest of the picture.
const FORBIDDEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;
// No language needs more than four marks on a letter; dozens would draw over the lines around the picture.
const MARK_STORMS = /(\p{M}{4})\p{M}+/gu;

/**
 * Makes a text safe for a picture: NFC, no control characters, lone surrogates or direction overrides, at most four
 * combining marks in a row, line breaks as spaces, trimmed, and cut to `MAX_CODE_POINTS` with an ellipsis at the end.
 * Idempotent.
 */
export function cleanText(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  const cleaned = text
    .slice(0, MAX_CODE_UNITS)
    .replace(LINE_BREAKS, ' ')
    .replace(FORBIDDEN, '')
    .normalize('NFC')
    .replace(MARK_STORMS, '$1')
    .trim();
  return clamp(cleaned);
}

function clamp(text: string): string {
  if (text.length <= MAX_CODE_POINTS) return text;
  const codePoints = Array.from(text);
  if (codePoints.length <= MAX_CODE_POINTS) return text;
  return `${codePoints
    .slice(0, MAX_CODE_POINTS - 1)
    .join('')
    .trimEnd()}…`;
}
