/** The rule of the core metadata for `Name`, at most 100 characters. */
export const PROJECT_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/i;
const RELEASE = /^[a-z0-9.][a-z0-9.!+_-]{0,99}$/i;

/**
 * Returns the name by which PyPI compares projects: lower case, runs of `-`, `_` and `.` as one `-` (PEP 503).
 * Undefined for an invalid name.
 */
export function normalizeName(name: string): string | undefined {
  return PROJECT_NAME.test(name) ? name.toLowerCase().replace(/[-_.]+/g, '-') : undefined;
}

/** Whether a text may be a release in a URL: the characters of PEP 440 and of older releases. */
export function isRelease(text: string): boolean {
  return RELEASE.test(text) && !text.includes('..');
}

/**
 * Returns the URL by which package indexes are compared: origin and path, the host in lower case, without a slash at the
 * end. User info, query and fragment do not count. Undefined for anything but an HTTP URL.
 */
export function normalizeIndexUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.origin + url.pathname.replace(/(?<!\/)\/+$/, '');
}
