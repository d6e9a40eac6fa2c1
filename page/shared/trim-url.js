const PUNCTUATION = new Set('*,.;:!?|');

/**
 * Ends a URL before what belongs to the markup: a parenthesis that was not opened, a bracket, Textile’s `!:`,
 * punctuation.
 * @param {string} text
 */
export function trimUrl(text) {
  let depth = 0;
  let end = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth < 0 || character === '[' || character === ']') break;
    end += character.length;
  }
  const [url = ''] = text.slice(0, end).split('!:');
  let length = url.length;
  while (PUNCTUATION.has(url.charAt(length - 1))) length -= 1;
  return url.slice(0, length);
}
