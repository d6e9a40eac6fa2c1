import { parse } from 'node:querystring';
import type { Looks } from '../badges/compose.ts';
import { type ContentParameters, parametersSchema } from '../badges/parameters.ts';
import type { Scale } from '../imaging/spec.ts';

const MAX_PARAMETERS = 64;

/** What the query asks for, with shields.io's old names resolved into the new ones. */
export interface Parameters {
  readonly looks: Looks;
  readonly content: ContentParameters;
  /** True where the style was asked for, so that the twin repeats it. */
  readonly hasStyle: boolean;
  readonly scale: Scale;
  readonly strict: boolean;
  /** Seconds for which the answer may be cached at least. */
  readonly cacheSeconds: number;
}

const NOTHING_ASKED: Parameters = resolveParameters({});

/** Reads a query string (without `?`); never throws. */
export function readParameters(query: string): Parameters {
  if (query === '') return NOTHING_ASKED;
  return resolveParameters(parse(query, '&', '=', { maxKeys: MAX_PARAMETERS }));
}

/** Returns what parameters ask for, by their names; what does not fit is ignored. */
export function resolveParameters(values: Readonly<Record<string, unknown>>): Parameters {
  const given = parametersSchema.parse(values);
  const { period, text, prefix } = given;
  return {
    looks: {
      style: given.style ?? 'flat',
      label: given.label,
      color: given.color ?? given.colorB,
      labelColor: given.labelColor ?? given.colorA,
    },
    content: { ...(period && { period }), ...(text && { text }), ...(prefix && { prefix }) },
    hasStyle: given.style !== undefined,
    scale: given.scale ?? 1,
    strict: given.strict !== undefined,
    cacheSeconds: given.cacheSeconds ?? given.maxAge ?? 0,
  };
}
