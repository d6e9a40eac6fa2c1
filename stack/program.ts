import { resolve } from 'node:path';

/** The launcher of this checkout. */
export const PYPINS = resolve(import.meta.dirname, '../bin/pypins');

/** Shares Node's compile cache between processes with different `CACHE_DIR`s. */
export const SHARED_CODE = {
  NODE_COMPILE_CACHE: resolve(import.meta.dirname, '../node_modules/.cache/pypins'),
} as const;
