import { parse } from 'node:querystring';
import type { StyleOptions } from '../../badges/compose.ts';
import { type ContentParameters, parametersSchema } from '../../badges/parameters.ts';
import type { Scale } from '../../imaging/spec.ts';
import type { LogoRequest } from '../../logos/logo.ts';

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
  /** Requested index; undefined: PyPI. */
  readonly pypiBaseUrl: string | undefined;
}

/** `icon` in place of `logo`: badgen.net's icons are white, badge.fury.io's have the brand's color. */
export type IconRule = 'none' | 'white' | 'brand';

const DEFAULTS: Parameters = resolveParameters({});

/** Reads a query string (without `?`), which the length of a URL limits; never throws. */
export function readParameters(query: string, icons: IconRule = 'none'): Parameters {
  if (query === '') return DEFAULTS;
  return resolveParameters(parse(query, '&', '=', { maxKeys: 0 }), icons);
}

/** Resolves parameters given by name; invalid values are ignored. */
export function resolveParameters(
  values: Readonly<Record<string, unknown>>,
  icons: IconRule = 'none',
): Parameters {
  const given = parametersSchema.parse(values);
  const { period, text, prefix, number, range, include_prereleases } = given;
  return {
    styling: {
      style: given.style ?? 'flat',
      label: given.label,
      color: given.color ?? given.colorB,
      labelColor: given.labelColor ?? given.colorA,
      logo: logoOf(given) ?? iconOf(given, icons),
    },
    content: {
      ...(period && { period }),
      ...(text && { text }),
      ...(prefix && { prefix }),
      ...(number && { number }),
      ...(range && { range }),
      ...(include_prereleases && { include_prereleases }),
    },
    hasStyle: given.style !== undefined,
    scale: given.scale,
    message: given.message,
    list: given.list,
    strict: given.strict !== undefined,
    cacheSeconds: given.cacheSeconds ?? given.maxAge ?? 0,
    pypiBaseUrl: given.pypiBaseUrl,
  };
}

type Given = ReturnType<typeof parametersSchema.parse>;

function logoOf({ logo, logoColor, logoSize }: Given): LogoRequest | undefined {
  return logo === undefined
    ? undefined
    : { text: logo, color: logoColor, isAuto: logoSize !== undefined };
}

function iconOf({ icon, icon_color: color }: Given, rule: IconRule): LogoRequest | undefined {
  if (icon === undefined || rule === 'none') return undefined;
  const defaultColor = rule === 'white' ? { defaultColor: '#ffffff' } : {};
  return { text: icon.replace(/^si:/i, ''), color, ...defaultColor, isAuto: false };
}
