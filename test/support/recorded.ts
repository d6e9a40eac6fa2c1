import { resolve } from 'node:path';

/**
 * Real answers of PyPI and pypistats.org, where somebody has them beside the checkout. They are no part of the project:
 * without them, `test/integration/recorded` is left out.
 */
export const RECORDED =
  process.env['RECORDED_DIR'] ?? resolve(import.meta.dirname, '../../../shared/recorded');
