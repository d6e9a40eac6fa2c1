import { parse } from 'node:querystring';
import type { StyleOptions } from '../badges/compose.ts';
import { type ContentParameters, parametersSchema } from '../badges/parameters.ts';
import type { Scale } from '../imaging/spec.ts';

const MAX_PARAMETERS = 64;

/** What the query asks for; old parameter names are resolved. */
export interface Parameters {
  readonly styling: StyleOptions;
  readonly content: ContentParameters;
  /** Whether the query sets a style; the JSON then contains it. */
  readonly hasStyle: boolean;
  readonly scale: Scale | undefined;
  /** The message of `/static/v1`. */
  readonly message: string | undefined;
  /** The separator of lists in badgen.net's static badges. */
  readonly list: string | undefined;
  readonly strict: boolean;
  /** Requested cache length; 0 if none. */
  readonly cacheSeconds: number;
}

const DEFAULTS: Parameters = resolveParameters({});

/** Reads a query string (without `?`); never throws. */
export function readParameters(query: string): Parameters {
  if (query === '') return DEFAULTS;
  return resolveParameters(parse(query, '&', '=', { maxKeys: MAX_PARAMETERS }));
}

/** Resolves parameters given by name; invalid values are ignored. */
export function resolveParameters(values: Readonly<Record<string, unknown>>): Parameters {
  const given = parametersSchema.parse(values);
  const { period, text, prefix, number, range } = given;
  return {
    styling: {
      style: given.style ?? 'flat',
      label: given.label,
      color: given.color ?? given.colorB,
      labelColor: given.labelColor ?? given.colorA,
    },
    content: {
      ...(period && { period }),
      ...(text && { text }),
      ...(prefix && { prefix }),
      ...(number && { number }),
      ...(range && { range }),
    },
    hasStyle: given.style !== undefined,
    scale: given.scale,
    message: given.message,
    list: given.list,
    strict: given.strict !== undefined,
    cacheSeconds: given.cacheSeconds ?? given.maxAge ?? 0,
  };
}
