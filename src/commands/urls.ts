import { UsageError } from '../errors.ts';
import { isHttpUrl, withoutLastSlash } from '../setting-formats.ts';

/** An admin port, as the systemd units have it. */
export const ADMIN_EXAMPLE = 'http://127.0.0.1:18080';

/** Returns the URLs without a slash at the end. Throws a `UsageError` for what is none. */
export function checkUrls(urls: readonly string[], example: string): string[] {
  for (const url of urls)
    if (!isHttpUrl(url)) throw new UsageError(`"${url}" is no URL such as ${example}`);
  return urls.map(withoutLastSlash);
}
