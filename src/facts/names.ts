const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/i;
const RELEASE = /^[a-z0-9.][a-z0-9.!+_-]{0,99}$/i;

/**
 * The name under which PyPI compares projects: lower case, runs of `-`, `_` and `.` as one `-` (PEP 503).
 * Undefined for a name that no project can have (the core metadata's rule for `Name`, at most 100 characters).
 */
export function normalizeName(name: string): string | undefined {
  return NAME.test(name) ? name.toLowerCase().replace(/[-_.]+/g, '-') : undefined;
}

/** True for a text that may stand in a URL as a release: PEP 440's characters, and those of releases from before it. */
export function isRelease(text: string): boolean {
  return RELEASE.test(text) && !text.includes('..');
}
