import { z } from 'zod';
import { type Scale, STYLES } from '../imaging/spec.ts';

const PERIODS = ['day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];
const TEXTS = ['pypi', 'version'] as const;
const PREFIXES = ['v', 'none'] as const;
const SCALES: Readonly<Record<'1' | '2' | '3' | '4', Scale>> = { 1: 1, 2: 2, 3: 3, 4: 4 };

/** What documents, gallery, edge and commands know of a parameter. */
export interface ParameterFacts {
  /** What it changes: the words of a badge, how it looks, a raster picture's size, or only the answer's headers. */
  readonly changes: 'content' | 'look' | 'size' | 'answer';
  /** What it means, for the documents. */
  readonly about: string;
  /** A value that shows it. */
  readonly example: string;
  /** Every value that there is; left out: the value is free text. */
  readonly values?: readonly string[];
  /** The value that means the same as no value. */
  readonly default?: string;
  /** An empty value means something. */
  readonly keepsEmpty?: true;
  /** The parameter that this is an older name of; the newer one wins. */
  readonly oldNameOf?: string;
}

const facts = z.registry<ParameterFacts>();

/** Absent, empty, given twice or not fitting: all the same, the parameter is not there. */
function optional<T>(schema: z.ZodType<T, string>) {
  return z.string().min(1).pipe(schema).optional().catch(undefined);
}

function seconds() {
  return optional(
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  );
}

/**
 * Every query parameter that exists. One that is not named here changes neither the picture nor any cache's key, and a
 * value that does not fit is ignored, as at shields.io.
 */
export const parametersSchema = z.object({
  style: optional(
    z
      .string()
      .transform((style) => style.replace(/^popout/, 'flat'))
      .pipe(z.enum(STYLES)),
  ).register(facts, {
    changes: 'look',
    about: 'how the badge looks',
    example: 'flat-square',
    values: STYLES,
    default: 'flat',
  }),
  label: z.string().optional().catch(undefined).register(facts, {
    changes: 'look',
    about: 'other words for the left half; empty removes it',
    example: 'stable',
    keepsEmpty: true,
  }),
  color: optional(z.string()).register(facts, {
    changes: 'look',
    about: 'color of the right half: a name such as `brightgreen`, hex digits, or a CSS color',
    example: 'ff69b4',
  }),
  labelColor: optional(z.string()).register(facts, {
    changes: 'look',
    about: 'color of the left half',
    example: 'black',
  }),
  colorB: optional(z.string()).register(facts, {
    changes: 'look',
    about: 'the old name of `color`',
    example: 'orange',
    oldNameOf: 'color',
  }),
  colorA: optional(z.string()).register(facts, {
    changes: 'look',
    about: 'the old name of `labelColor`',
    example: '333',
    oldNameOf: 'labelColor',
  }),
  period: optional(z.enum(PERIODS)).register(facts, {
    changes: 'content',
    about: 'the period in which downloads are counted',
    example: 'week',
    values: PERIODS,
    default: 'month',
  }),
  text: optional(z.enum(TEXTS)).register(facts, {
    changes: 'content',
    about: 'the label of a version',
    example: 'version',
    values: TEXTS,
    default: 'pypi',
  }),
  prefix: optional(z.enum(PREFIXES)).register(facts, {
    changes: 'content',
    about: 'whether a `v` stands before a version; at `/pypi/` it does by default',
    example: 'none',
    values: PREFIXES,
  }),
  cacheSeconds: seconds().register(facts, {
    changes: 'answer',
    about: 'keeps the picture in caches for longer than usual',
    example: '7200',
  }),
  maxAge: seconds().register(facts, {
    changes: 'answer',
    about: 'the old name of `cacheSeconds`',
    example: '7200',
    oldNameOf: 'cacheSeconds',
  }),
  scale: optional(z.enum(['1', '2', '3', '4']).transform((scale) => SCALES[scale])).register(
    facts,
    {
      changes: 'size',
      about: 'how many times as large a raster picture is',
      example: '2',
      values: Object.keys(SCALES),
      default: '1',
    },
  ),
  strict: optional(z.literal('1')).register(facts, {
    changes: 'answer',
    about: 'sends the true status code with an error badge, which is 200 otherwise',
    example: '1',
    values: ['1'],
  }),
});
type Given = z.infer<typeof parametersSchema>;

/** The parameters that change what a kind says. A kind names those that it reads. */
export type ContentParameters = {
  readonly [Name in 'period' | 'text' | 'prefix']?: Exclude<Given[Name], undefined>;
};
export type ContentParameter = keyof ContentParameters;

/** A query parameter by its name. */
export interface Parameter extends ParameterFacts {
  readonly name: string;
}

/** Every parameter, in the order of the documents. */
export const PARAMETERS: readonly Parameter[] = Object.entries(parametersSchema.shape).map(
  ([name, schema]) => {
    const known = facts.get(schema);
    if (known === undefined) throw new Error(`the parameter ${name} is not described`);
    return Object.assign({ name }, known);
  },
);
