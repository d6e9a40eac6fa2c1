/** The head of a data URL (RFC 2397). `data:` may be missing, as at shields.io; forms decode a plus sign to a space. */
const DATA_URL = /^(?:data:)?[\w+. -]+\/[\w+. -]+((?:;[\w=. -]*)*),/i;

/** Returns whether the text of a logo is an image and not a name. */
export function isImage(text: string): boolean {
  return DATA_URL.test(text);
}

/** Returns the bytes of a data URL; undefined for other texts and for invalid Base64. */
export function decodeDataUrl(text: string): Buffer | undefined {
  const [head, parameters = ''] = DATA_URL.exec(text) ?? [];
  if (head === undefined) return undefined;
  const data = text.slice(head.length);
  if (!/;base64 *$/i.test(parameters)) return Buffer.from(decodePercent(data));
  const base64 = data.replaceAll(' ', '+').replace(/\s/g, '');
  return /^[\w+/-]*={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
