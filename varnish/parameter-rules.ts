import { PARAMETERS } from '../src/badges/parameters.ts';

const HEAD = `# Generated from src/badges/parameters.ts by \`make docs\`: change that file instead.
#
# These subs change the variable "query", which has "&" before each parameter. They match before they replace, because
# each replacement makes a copy in the workspace, and logos are long.
import var;
`;
const NEXT = '(?=&|$)';
const END = '(?:&|$)';

/** Returns the VCL that drops parameters the API ignores: unknown, empty, invalid and default ones. */
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
    defaults('query_without_defaults', (changes) => changes !== 'look'),
    '# Not for JSON, which repeats the requested look.',
    defaults('query_without_default_looks', (changes) => changes === 'look'),
  ].join('\n');
}

// Values with a percent escape are kept, since only the API decodes them.
function invalid(): string {
  const limited = PARAMETERS.flatMap(({ name, values }) => (values ? [{ name, values }] : []));
  const unfit = limited.map(({ name, values }) => `${name}=(?!(?:${values.join('|')})${END})`);
  return rule(
    'query_without_invalid_values',
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
