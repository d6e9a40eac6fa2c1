import { CACHE_STEPS } from '../../src/badges/parameter-values.ts';
import { type Parameter, PARAMETERS } from '../../src/badges/parameters.ts';
import { renderKindRules } from './kind-rules.ts';
import { END, NEXT, rule, sub } from './rule.ts';

const HEAD = `# Generated from src/badges/ by \`make docs\`: change these files instead.
#
# These subs change the variable "query", which has "&" before each parameter. They match before they replace, because
# each replacement makes a copy in the workspace, and logos are long.
import std;
import var;
`;

/**
 * Returns the VCL that drops parameters the API ignores: unknown, empty, invalid and default ones, and those that the
 * kind does not read; and that gives colors, seconds and old names one spelling.
 */
export function renderParameterRules(): string {
  const names = PARAMETERS.map(({ name }) => name).toSorted();
  const known = `&(?!(?:${names.join('|')})=)`;
  const keepsEmpty = PARAMETERS.filter((parameter) => parameter.keepsEmpty);
  const empty = `&(?!(?:${keepsEmpty.map(({ name }) => name).join('|')})=)[A-Za-z_]+=`;
  return [
    HEAD,
    rule('query_of_known_parameters', known, `${known}[^&]*`),
    rule('query_without_empties', `${empty}${END}`, `${empty}${NEXT}`),
    invalid(),
    '# One occurrence of each is left.',
    sub('query_of_canonical_values', PARAMETERS.flatMap(canonicalValue)),
    sub('canonical_seconds', canonicalSeconds()),
    sub('canonical_flag', CANONICAL_FLAG),
    sub('query_without_old_names', PARAMETERS.flatMap(withoutOldName)),
    defaults('query_without_defaults', ({ changes }) => changes !== 'look' && changes !== 'size'),
    defaults('query_without_default_sizes', ({ changes }) => changes === 'size'),
    '# Not for JSON, which repeats the requested look.',
    defaults('query_without_default_looks', ({ changes }) => changes === 'look'),
    ...renderKindRules(),
  ].join('\n');
}

function invalid(): string {
  const limited = PARAMETERS.flatMap(({ name, values }) => (values ? [{ name, values }] : []));
  const unfit = limited.map(({ name, values }) => `${name}=(?!(?:${values.join('|')})${END})`);
  return rule(
    'query_without_invalid_values',
    `&(?:${limited.map(({ name }) => name).join('|')})=`,
    `&(?:${unfit.join('|')})[^&]*${NEXT}`,
  );
}

/** Replaces the value of a parameter by what the sub for its meaning makes of it. */
function canonicalValue({ name, means }: Parameter): string[] {
  if (means === undefined) return [];
  const parts = `^((?:&(?!${name}=)[^&]*)*)&${name}=([^&]*)((?:&[^&]*)*)$`;
  const part = (number: number): string => `regsub(var.get("query"), "${parts}", "\\${number}")`;
  return [
    `if (var.get("query") ~ "&${name}=") {`,
    `  var.set("value", ${part(2)});`,
    `  call canonical_${means};`,
    `  var.set("query", ${part(1)}`,
    `    + "&${name}=" + var.get("value")`,
    `    + ${part(3)});`,
    '}',
  ];
}

/** On, unless it is off; off is the default, which a later rule drops. */
const CANONICAL_FLAG = [
  'if (var.get("value") ~ "^(?i:0|false)$") {',
  '  var.set("value", "0");',
  '} else {',
  '  var.set("value", "1");',
  '}',
];

/** The longest step that is not longer than the variable "value"; an empty one for what the API ignores. */
function canonicalSeconds(): string[] {
  return [
    'if (var.get("value") !~ "^[1-9][0-9]{0,8}$") {',
    '  var.set("value", "");',
    ...CACHE_STEPS.toReversed().flatMap((seconds) => [
      `} elsif (std.integer(var.get("value"), 0) >= ${seconds}) {`,
      `  var.set("value", "${seconds}");`,
    ]),
    '} else {',
    '  var.set("value", "");',
    '}',
  ];
}

/** The new name has precedence, unless its value is a color function: only the API knows whether it is valid. */
function withoutOldName({ name, oldNameOf }: Parameter): string[] {
  if (oldNameOf === undefined) return [];
  return [
    `if (var.get("query") ~ "&${name}=") {`,
    `  if (var.get("query") ~ "&${oldNameOf}=[^&(]*${END}") {`,
    `    var.set("query", regsub(var.get("query"), "&${name}=[^&]*", ""));`,
    `  } elsif (var.get("query") !~ "&${oldNameOf}=") {`,
    `    var.set("query", regsub(var.get("query"), "&${name}=", "&${oldNameOf}="));`,
    '    call query_sorted_again;',
    '  }',
    '}',
  ];
}

function defaults(name: string, isWanted: (parameter: Parameter) => boolean): string {
  const settled = PARAMETERS.filter((each) => each.default !== undefined && isWanted(each));
  const said = `&(?:${settled.map((each) => `${each.name}=${each.default}`).join('|')})`;
  return rule(name, said + END, said + NEXT);
}
