import { z } from 'zod';
import { type Scale, STYLES } from '../imaging/spec.ts';
import { color, flag, optional, seconds } from './parameter-values.ts';

const PERIODS = ['day', 'week', 'month', 'total'] as const;
export type Period = (typeof PERIODS)[number];
const TEXTS = ['pypi', 'version'] as const;
const PREFIXES = ['v', 'none'] as const;
const SCALES: Readonly<Record<'1' | '2' | '3' | '4', Scale>> = { 1: 1, 2: 2, 3: 3, 4: 4 };

const NUMBERS = ['full', 'si', 'short'] as const;
/** How a count is written: with all digits, with SI prefixes as at shields.io, or shortened as at pypip.in. */
export type NumberForm = (typeof NUMBERS)[number];

/** Description of a parameter, for documents, pages, edge and commands. */
export interface ParameterFacts {
  /**
   * What it changes: content or look of a badge, size of a raster picture, the index that facts come from, or only
   * headers of the response.
   */
  readonly changes: 'content' | 'look' | 'size' | 'index' | 'answer';
  /** Meaning, for the documents. */
  readonly about: string;
  readonly example: string;
  /** All values; left out for free text. */
  readonly values?: readonly string[];
  readonly default?: string;
  /** An empty value has a meaning. */
  readonly keepsEmpty?: true;
  /** What a value stands for that has many spellings, of which the edge makes one. */
  readonly means?: 'color' | 'flag' | 'seconds';
  /**
   * The parameter of which this is an old name, for every badge: the edge writes the new name. The new one has
   * precedence.
   */
  readonly oldNameOf?: string;
  /** A static badge that it changes, for a parameter of static badges alone. */
  readonly staticExample?: string;
  /** The parameter that it stands for in some grammars; that one has precedence. */
  readonly otherNameOf?: string;
  /** The parameter that it needs, by name; examples contain both. */
  readonly needs?: string;
  /** The grammar of the example; left out for the kind's first. */
  readonly exampleGrammar?: 'shields';
}

const facts = z.registry<ParameterFacts>();

/**
 * All query parameters. Any other one changes neither the picture nor a cache key; invalid values are ignored, as at
 * shields.io.
 */
export const parametersSchema = z.object({
  style: optional(
    z
      .string()
      .transform((style) => style.replace(/^popout/, 'flat'))
      .pipe(z.enum(STYLES)),
  ).register(facts, {
    changes: 'look',
    about: 'style of the badge',
    example: 'flat-square',
    values: STYLES,
    default: 'flat',
  }),
  label: z.string().optional().catch(undefined).register(facts, {
    changes: 'look',
    about: 'label of the badge; `label=` without a value removes the left half',
    example: 'stable',
    keepsEmpty: true,
  }),
  color: color().register(facts, {
    changes: 'look',
    means: 'color',
    about: 'color of the right half: a name such as `brightgreen`, hex digits, or a CSS color',
    example: 'ff69b4',
  }),
  labelColor: color().register(facts, {
    changes: 'look',
    means: 'color',
    about: 'color of the left half',
    example: 'black',
  }),
  colorB: color().register(facts, {
    changes: 'look',
    means: 'color',
    about: 'the old name of `color`',
    example: 'orange',
    oldNameOf: 'color',
  }),
  colorA: color().register(facts, {
    changes: 'look',
    means: 'color',
    about: 'the old name of `labelColor`',
    example: '333',
    oldNameOf: 'labelColor',
  }),
  logo: optional(z.string()).register(facts, {
    changes: 'look',
    about:
      'logo: the name of an icon of [Simple Icons](https://simpleicons.org), or an image of at most 8 KiB as a `data:` URL',
    example: 'python',
  }),
  logoColor: color().register(facts, {
    changes: 'look',
    means: 'color',
    about: 'color of an icon; the default is the brand’s, or one that contrasts with the label',
    example: 'ffdd54',
    needs: 'logo',
  }),
  logoSize: optional(z.literal('auto')).register(facts, {
    changes: 'look',
    about: '`auto` makes an icon as wide as its shape, instead of square',
    example: 'auto',
    values: ['auto'],
    needs: 'logo',
  }),
  icon: optional(z.string()).register(facts, {
    changes: 'look',
    about:
      'badgen.net’s and badge.fury.io’s name of `logo`, where those services have it; `si:` may precede the name, and icons of badgen.net are white',
    example: 'pypi',
    otherNameOf: 'logo',
    exampleGrammar: 'shields',
  }),
  icon_color: color().register(facts, {
    changes: 'look',
    means: 'color',
    about: 'color of `icon`',
    example: 'ffdd54',
    otherNameOf: 'logoColor',
    needs: 'icon',
    exampleGrammar: 'shields',
  }),
  period: optional(z.enum(PERIODS)).register(facts, {
    changes: 'content',
    about: 'period of the downloads',
    example: 'week',
    values: PERIODS,
    default: 'month',
  }),
  text: optional(z.enum(TEXTS)).register(facts, {
    changes: 'content',
    about: 'label of a version badge',
    example: 'version',
    values: TEXTS,
    default: 'pypi',
  }),
  prefix: optional(z.enum(PREFIXES)).register(facts, {
    changes: 'content',
    about: 'prefix of a version; the default is `v` at `/pypi/`, otherwise `none`',
    example: 'none',
    values: PREFIXES,
  }),
  number: optional(z.enum(NUMBERS)).register(facts, {
    changes: 'content',
    about:
      'form of a count: `12,345,678`, `12M` or `12.3M`; the default is `si` at `/pypi/`, otherwise `short`',
    example: 'full',
    values: NUMBERS,
  }),
  range: flag().register(facts, {
    changes: 'content',
    about:
      'shows three or more consecutive Python versions as a range: `3.9 – 3.13`; `0` and `false` do not',
    example: '1',
    keepsEmpty: true,
  }),
  message: optional(z.string()).register(facts, {
    changes: 'content',
    about: 'message of `/static/v1`, required there',
    example: 'passing',
    staticExample: '/static/v1',
  }),
  list: z.string().optional().catch(undefined).register(facts, {
    changes: 'content',
    about:
      'separator that replaces commas in badgen.net’s static badges; empty and `1` mean a vertical bar',
    example: '1',
    keepsEmpty: true,
    staticExample: '/static/python/3.12,3.13',
  }),
  include_prereleases: flag().register(facts, {
    changes: 'content',
    means: 'flag',
    about:
      'the highest version that is not yanked, pre-releases among them; `0` and `false` are off',
    example: '1',
    default: '0',
    keepsEmpty: true,
  }),
  cacheSeconds: seconds().register(facts, {
    changes: 'answer',
    means: 'seconds',
    about:
      'seconds for which caches keep the badge, if longer than the default; rounded down to ten minutes, half an hour, 1, 2, 6, 12 or 24 hours, or a week',
    example: '7200',
  }),
  maxAge: seconds().register(facts, {
    changes: 'answer',
    means: 'seconds',
    about: 'the old name of `cacheSeconds`',
    example: '7200',
    oldNameOf: 'cacheSeconds',
  }),
  scale: optional(z.enum(['1', '2', '3', '4']).transform((scale) => SCALES[scale])).register(
    facts,
    {
      changes: 'size',
      about: 'size of a raster picture, as a multiple of the SVG’s',
      example: '2',
      values: Object.keys(SCALES),
      default: '1',
    },
  ),
  pypiBaseUrl: optional(z.string()).register(facts, {
    changes: 'index',
    about: 'another index with the API of PyPI, if the operator serves it (`PYPI_INDEXES`)',
    example: 'https://test.pypi.org',
  }),
  strict: optional(z.literal('1')).register(facts, {
    changes: 'answer',
    about: 'sends error badges with their true status code instead of 200',
    example: '1',
    values: ['1'],
  }),
});
type Given = z.infer<typeof parametersSchema>;

/** Parameters that change a badge's content. A kind lists those that it reads. */
export type ContentParameters = {
  readonly [
    Name in 'period' | 'text' | 'prefix' | 'number' | 'range' | 'include_prereleases'
  ]?: Exclude<Given[Name], undefined>;
};
export type ContentParameter = keyof ContentParameters;

/** A query parameter. */
export interface Parameter extends ParameterFacts {
  readonly name: string;
}

/** All parameters, in the order of the documents. */
export const PARAMETERS: readonly Parameter[] = Object.entries(parametersSchema.shape).map(
  ([name, schema]) => {
    const known = facts.get(schema);
    if (known === undefined) throw new Error(`the parameter ${name} has no description`);
    return Object.assign({ name }, known);
  },
);
