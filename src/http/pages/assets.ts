import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../../page');
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ico': 'image/x-icon',
};
const ENTRY = 'browser/main.js';

/** A file of the page. */
export interface Asset {
  readonly contentType: string;
  readonly body: Buffer;
}

/** The files that browsers load for the pages. */
export interface Assets {
  /** Digest of all files: a part of their URLs, so that these never change their content. */
  readonly digest: string;
  readonly find: (name: string) => Asset | undefined;
  readonly urlOf: (name: string) => string;
  /** The page's modules, its entry first. */
  readonly modules: readonly string[];
}

/** Reads the files of the page, some forty kilobytes. */
export function readAssets(): Assets {
  const files = new Map(
    readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
      .filter((name) => extname(name) in TYPES)
      .toSorted()
      .map((name) => {
        const contentType = TYPES[extname(name)] ?? '';
        return [name, { contentType, body: readFileSync(join(ROOT, name)) }] as const;
      }),
  );
  const digests = [...files].map(([name, { body }]) => `${name} ${hash('sha256', body)}`);
  const digest = hash('sha256', digests.join('\n')).slice(0, 16);
  const modules = [...files.keys()].filter((name) => name.endsWith('.js') && name !== ENTRY);
  return {
    digest,
    find: (name) => files.get(name),
    urlOf: (name) => `/assets/${digest}/${name}`,
    modules: [ENTRY, ...modules],
  };
}
