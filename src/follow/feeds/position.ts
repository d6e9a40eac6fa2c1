import type { z } from 'zod';

/** What a feed has written into its position; undefined where there is none, or it is of another shape. */
export function parsePosition<Schema extends z.ZodType>(
  schema: Schema,
  text: string | undefined,
): z.infer<Schema> | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
