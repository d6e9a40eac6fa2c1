import { KINDS } from './catalog.ts';
import { type Grammar, GRAMMARS, type Kind } from './kind.ts';
import { type Parameter, PARAMETERS } from './parameters.ts';

const PATHS: Readonly<
  Record<Grammar, (name: string, project: string, extension: string) => string>
> = {
  pypip: (name, project, extension) => `/${name}/${project}/badge.${extension}`,
  shields: (name, project, extension) => `/pypi/${name}/${project}.${extension}`,
  fury: (_, project, extension) => `/py/${project}.${extension}`,
};

/** Returns the path of a badge. `name`: the kind's name in the grammar. */
function badgePath(grammar: Grammar, name: string, project: string, extension = 'svg'): string {
  return PATHS[grammar](name, project, extension);
}

/** Returns the path of a kind's badges with `{project}` and `{extension}`: in shields.io's grammar if it has one. */
export function pathTemplate({ names }: Kind): string {
  const grammar = (['shields', 'pypip', 'fury'] as const).find((each) => names[each]) ?? 'pypip';
  return badgePath(grammar, names[grammar]?.[0] ?? '', '{project}', '{extension}');
}

/** Returns the paths of a kind's example, for each of its names in each grammar. */
export function examplePaths(kind: Kind, extension = 'svg'): string[] {
  const others = (kind.otherPaths ?? []).map((path) => `${path}/${kind.example}.${extension}`);
  return GRAMMARS.flatMap((grammar) =>
    (kind.names[grammar] ?? []).map((name) => badgePath(grammar, name, kind.example, extension)),
  ).concat(others);
}

/** Returns for each parameter the path and query of a badge that it changes. */
export function parameterExamples(): { name: string; path: string }[] {
  return PARAMETERS.map((parameter) => {
    return { name: parameter.name, path: `${pathChangedBy(parameter)}?${exampleQuery(parameter)}` };
  });
}

function pathChangedBy({ name, changes, staticExample, exampleGrammar }: Parameter): string {
  const extension = changes === 'size' ? 'png' : 'svg';
  if (staticExample !== undefined) return `${staticExample}.${extension}`;
  const kind = KINDS.find(({ parameters }) => parameters?.some((each) => each === name));
  const paths = examplePaths(kind ?? KINDS[0], extension);
  return paths.find((path) => !exampleGrammar || path.startsWith('/pypi/')) ?? '';
}

/** Returns a query in which the parameter has an effect. */
export function exampleQuery({ name, example, needs }: Parameter): string {
  const needed = PARAMETERS.find((other) => other.name === needs);
  const pair = `${name}=${encodeURIComponent(example)}`;
  return needed === undefined ? pair : `${exampleQuery(needed)}&${pair}`;
}
