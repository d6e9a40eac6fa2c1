/** How many code points of a label or a message a picture shows. */
export const MAX_CODE_POINTS = 256;

/** What is cleaned at all: enough for any text whose clean form is short, and a bound on the work for one that is not. */
const MAX_CODE_UNITS = 16 * MAX_CODE_POINTS;

const PLAIN_ASCII = /^[!-~](?:[ -~]{0,254}[!-~])?$/;
const LINE_BREAKS = /[\t\n\r\u0085\u2028\u2029]/g;
// Control characters and U+FFFE/U+FFFF are not XML; a direction override would turn the rest of the picture around.
const FORBIDDEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;
// Four marks on a letter are more than any language writes; dozens of them paint over the lines around the picture.
const MARK_STORMS = /(\p{M}{4})\p{M}+/gu;

/**
 * Returns what of a text may stand in a picture: NFC, without control characters, lone surrogates and direction
 * overrides, at most four combining marks in a row, line breaks as spaces, trimmed, and clamped to
 * `MAX_CODE_POINTS`, the last of which is then an ellipsis. Cleaning a clean text changes nothing.
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
