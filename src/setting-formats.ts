import { isIP } from 'node:net';
import { z } from 'zod';

export const port = wholeNumber('a port', 0, 65_535);
export const count = (least = 1, most?: number) => wholeNumber('a whole number', least, most);
export const bytes = (least = 1) =>
  wholeNumber('a whole number of bytes, such as 16777216, not 16MB', least);
export const seconds = (least = 1, most?: number) =>
  wholeNumber('a whole number of seconds, such as 600, not 10m', least, most);

function wholeNumber(what: string, least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`;
  const error = `must be ${what}, ${range}`;
  return z.coerce.number(error).int(error).min(least, error).max(most, error);
}

/** One of these words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `must be one of: ${words.join(', ')}` });
}

const NO_USER_INFO = 'must not contain a name or a password: they are not sent';

/** Only Redis uses names and passwords. */
export function originOf(protocols: RegExp, example: string) {
  return z
    .url({ protocol: protocols, error: `must be a URL such as ${example}` })
    .refine((url) => url.startsWith('redis') || !hasUserInfo(url), { error: NO_USER_INFO })
    .transform(withoutLastSlash);
}

/** A list of URLs separated by commas; `none` is an empty one. */
export const list = listOf(withoutLastSlash);

function listOf(tidy: (part: string) => string) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => tidy(part.trim()))
        .filter((part) => part !== ''),
    )
    .refine((parts) => parts.length > 0, {
      error: 'names nothing; if that is meant, write `none`',
    })
    .transform((parts) => parts.filter((part) => part !== 'none'));
}

/** The URL as paths are added to it. */
export function withoutLastSlash(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '');
}
export const addressRanges = listOf((text) => text).refine(
  (ranges) => ranges.every(isAddressRange),
  {
    error: 'must be addresses or ranges, such as 10.0.0.0/8, ::1',
  },
);
export function urlList(example: string) {
  return list
    .refine((urls) => urls.every(isHttpUrl), { error: `must be URLs such as ${example}` })
    .refine((urls) => !urls.some(hasUserInfo), { error: NO_USER_INFO });
}

function hasUserInfo(url: string): boolean {
  const { username = '', password = '' } = URL.parse(url) ?? {};
  return username !== '' || password !== '';
}

export function isHttpUrl(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? '');
}

function isAddressRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}
