import { resolve } from 'node:path';

/** What starts pypins in this checkout. */
export const PYPINS = resolve(import.meta.dirname, '../bin/pypins');

/** Lets processes that each have a `CACHE_DIR` of their own share what Node has compiled. */
export const SHARED_CODE = {
  NODE_COMPILE_CACHE: resolve(import.meta.dirname, '../node_modules/.cache/pypins'),
} as const;
