import { isIP } from 'node:net';
import { z } from 'zod';

export const port = wholeNumber('a port, from 0 to 65535').min(0).max(65_535);
export const count = wholeNumber('a whole number').positive();
export const bytes = wholeNumber('a whole number of bytes, such as 16777216, not 16MB').positive();
export const secondsOrNone = wholeNumber('a whole number of seconds, such as 600, not 10m').min(0);
export const seconds = secondsOrNone.positive();

function wholeNumber(what: string) {
  return z.coerce.number(`must be ${what}`).int(`must be ${what}`);
}

const NO_USER_INFO = 'must not contain a name or a password: they are not sent';

/** Only Redis uses names and passwords. */
export function originOf(protocols: RegExp, example: string) {
  return z
    .url({ protocol: protocols, error: `must be a URL such as ${example}` })
    .refine((url) => url.startsWith('redis') || !hasUserInfo(url), { error: NO_USER_INFO })
    .transform((text) => text.replace(/(?<!\/)\/+$/, ''));
}

/** A list separated by commas; `none` is an empty one. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim().replace(/(?<!\/)\/+$/, ''))
    .filter((part) => part !== '' && part !== 'none'),
);
export const addressRanges = list.refine((ranges) => ranges.every(isAddressRange), {
  error: 'must be addresses or ranges, such as 10.0.0.0/8, ::1',
});
export const urlList = list
  .refine((urls) => urls.every(isHttpUrl), { error: 'must be URLs such as http://127.0.0.1:6085' })
  .refine((urls) => !urls.some(hasUserInfo), { error: NO_USER_INFO });

function hasUserInfo(url: string): boolean {
  const { username = '', password = '' } = URL.parse(url) ?? {};
  return username !== '' || password !== '';
}

function isHttpUrl(url: string): boolean {
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
