import { z } from 'zod';
import { normalizeColor } from '../imaging/color.ts';

/** Absent, empty, repeated and invalid values count as absent. */
export function optional<T>(schema: z.ZodType<T, string>) {
  return z.string().min(1).pipe(schema).optional().catch(undefined);
}

/** Longer texts, and those with other letters than ASCII's, are no colors. */
const COLOR_TEXT = /^[\x20-\x7e]{1,64}$/;

/** A color in any form that badges accept; others count as absent. */
export function color() {
  return optional(z.string().regex(COLOR_TEXT).transform(normalizeColor).pipe(z.string()));
}

/** Present, even without a value, is on; `0` and `false` are off. */
export function flag() {
  return z
    .string()
    .transform((value) => !/^(?:0|false)$/i.test(value))
    .optional()
    .catch(undefined);
}

/** The lengths that `cacheSeconds` may have, so that few URLs differ in it: ten minutes to a week. */
export const CACHE_STEPS: readonly number[] = [
  600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800,
];

/** The longest step that is not longer; shorter ones than all lengthen nothing, and count as absent. */
export function seconds() {
  return optional(
    z
      .string()
      .regex(/^[1-9]\d{0,8}$/)
      .transform((text) => CACHE_STEPS.findLast((step) => step <= Number(text)))
      .pipe(z.number()),
  );
}
