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
  readonly scale: Scale;
  readonly strict: boolean;
  /** Requested cache length; 0 if none. */
  readonly cacheSeconds: number;
  /** Requested index; undefined: PyPI. */
  readonly pypiBaseUrl: string | undefined;
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
  const { period, text, prefix, include_prereleases } = given;
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
      ...(include_prereleases && { include_prereleases }),
    },
    hasStyle: given.style !== undefined,
    scale: given.scale ?? 1,
    strict: given.strict !== undefined,
    cacheSeconds: given.cacheSeconds ?? given.maxAge ?? 0,
    pypiBaseUrl: given.pypiBaseUrl,
  };
}
