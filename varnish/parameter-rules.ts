import { PARAMETERS } from '../src/badges/parameters.ts';

const HEAD = `# Generated from src/badges/parameters.ts by \`make docs\`: change that file instead.
#
# Works on the variable "query", in which "&" stands before each parameter. Nothing is replaced that does not match first:
# each replacement is a copy in the workspace, and a logo is long.
import var;
`;
const NEXT = '(?=&|$)';
const END = '(?:&|$)';

/** Returns the VCL that drops what says nothing to the API: unknown, empty, unfit and default parameters. */
export function renderParameterRules(): string {
  const names = PARAMETERS.map(({ name }) => name).toSorted();
  const known = `&(?!(?:${names.join('|')})=)`;
  const keepsEmpty = PARAMETERS.filter((parameter) => parameter.keepsEmpty);
  const empty = `&(?!(?:${keepsEmpty.map(({ name }) => name).join('|')})=)[A-Za-z]+=`;
  return [
    HEAD,
    rule('query_of_known_parameters', known, `${known}[^&]*`),
    rule('query_without_empties', `${empty}${END}`, `${empty}${NEXT}`),
    misfits(),
    defaults('query_without_defaults', (changes) => changes !== 'look'),
    '# The twin for machines repeats the looks that were asked for.',
    defaults('query_without_default_looks', (changes) => changes === 'look'),
  ].join('\n');
}

// A value with a percent escape is left as it is, since only the API decodes it.
function misfits(): string {
  const limited = PARAMETERS.flatMap(({ name, values }) => (values ? [{ name, values }] : []));
  const unfit = limited.map(({ name, values }) => `${name}=(?!(?:${values.join('|')})${END})`);
  return rule(
    'query_without_misfits',
    `&(?:${limited.map(({ name }) => name).join('|')})=`,
    `&(?:${unfit.join('|')})[^&%]*${NEXT}`,
  );
}

function defaults(
  sub: string,
  isWanted: (changes: (typeof PARAMETERS)[number]['changes']) => boolean,
): string {
  const settled = PARAMETERS.filter((each) => each.default !== undefined && isWanted(each.changes));
  const said = `&(?:${settled.map((each) => `${each.name}=${each.default}`).join('|')})`;
  return rule(sub, said + END, said + NEXT);
}

function rule(sub: string, finds: string, drops: string): string {
  return `sub ${sub} {
  if (var.get("query") ~ "${finds}") {
    var.set("query", regsuball(var.get("query"), "${drops}", ""));
  }
}
`;
}
