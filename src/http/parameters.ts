import { parse } from 'node:querystring';
import { z } from 'zod';
import { PERIODS } from '../badges/kind.ts';
import { STYLES, type Scale } from '../imaging/spec.ts';

const MAX_PARAMETERS = 64;

/** Absent, empty, given twice or not fitting: all the same, the parameter is not there. */
function optional<T>(schema: z.ZodType<T, string>) {
  return z.string().min(1).pipe(schema).optional().catch(undefined);
}

const seconds = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const SCALES: Record<string, Scale> = { '1': 1, '2': 2, '3': 3, '4': 4 };

/**
 * Every query parameter that exists. One that is not named here changes neither the picture nor any cache's key, and a
 * value that does not fit is ignored, as at shields.io. (`logo`, `logoColor` and `logoSize` have their place here.)
 */
const schema = z.object({
  style: optional(
    z
      .string()
      .transform((style) => style.replace(/^popout/, 'flat'))
      .pipe(z.enum(STYLES)),
  ),
  /** Empty is a value here: it removes the left half. */
  label: z.string().optional().catch(undefined),
  color: optional(z.string()),
  labelColor: optional(z.string()),
  colorB: optional(z.string()),
  colorA: optional(z.string()),
  period: optional(z.enum(PERIODS)),
  text: optional(z.enum(['pypi', 'version'])),
  prefix: optional(z.enum(['v', 'none'])),
  cacheSeconds: optional(seconds),
  maxAge: optional(seconds),
  scale: optional(z.enum(['1', '2', '3', '4']).transform((scale) => SCALES[scale])),
  strict: optional(z.literal('1')),
});

/** The names of all parameters, for the documentation's test and for the edge's list. */
export const PARAMETER_NAMES = Object.keys(schema.shape);

/** What the query asks for, with shields.io's old names resolved into the new ones. */
export interface Parameters {
  readonly looks: {
    readonly style: (typeof STYLES)[number];
    readonly label?: string | undefined;
    readonly color?: string | undefined;
    readonly labelColor?: string | undefined;
  };
  readonly wishes: {
    readonly period?: (typeof PERIODS)[number];
    readonly text?: 'pypi' | 'version';
    readonly prefix?: 'v' | 'none';
  };
  /** True where the style was asked for, so that the twin repeats it. */
  readonly hasStyle: boolean;
  readonly scale: Scale;
  readonly strict: boolean;
  /** Seconds that the answer may be cached at the least. */
  readonly cacheSeconds: number;
}

const NOTHING_ASKED: Parameters = readQuery({});

/** Reads a query string (without `?`); never throws. */
export function readParameters(query: string): Parameters {
  return query === ''
    ? NOTHING_ASKED
    : readQuery(parse(query, '&', '=', { maxKeys: MAX_PARAMETERS }));
}

function readQuery(query: Record<string, unknown>): Parameters {
  const given = schema.parse(query);
  const { period, text, prefix } = given;
  return {
    looks: {
      style: given.style ?? 'flat',
      label: given.label,
      color: given.color ?? given.colorB,
      labelColor: given.labelColor ?? given.colorA,
    },
    wishes: { ...(period && { period }), ...(text && { text }), ...(prefix && { prefix }) },
    hasStyle: given.style !== undefined,
    scale: given.scale ?? 1,
    strict: given.strict !== undefined,
    cacheSeconds: given.cacheSeconds ?? given.maxAge ?? 0,
  };
}
