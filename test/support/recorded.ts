import { resolve } from 'node:path';

/**
 * Folder of recorded answers of PyPI and pypistats.org beside the checkout, if there is one. It is no part of the
 * project: without it, `test/integration/real-answers` is skipped.
 */
export const RECORDED =
  process.env['RECORDED_DIR'] ?? resolve(import.meta.dirname, '../../../shared/recorded');
