import { KINDS } from '../../src/badges/catalog.ts';
import type { Grammar, Kind } from '../../src/badges/kind.ts';
import { type Parameter, PARAMETERS } from '../../src/badges/parameters.ts';
import { examplePaths, exampleQuery } from '../../src/badges/urls.ts';

/** Returns the rows of the table of kinds: names in both grammars, label, content, parameters, example. */
export function kindsTable(): string {
  return KINDS.map((kind) => {
    const parameters = (kind.parameters ?? []).map(code).join(', ');
    const [example = ''] = examplePaths(kind);
    return row([
      namesOf(kind, 'pypip'),
      namesOf(kind, 'shields'),
      kind.label,
      kind.about,
      parameters,
      code(example),
    ]);
  }).join('\n');
}

/** Returns the rows of the table of parameters: name, meaning, values, example. */
export function parametersTable(): string {
  return PARAMETERS.map((parameter) => {
    return row([
      code(parameter.name),
      parameter.about,
      valuesOf(parameter),
      code(`?${exampleQuery(parameter)}`),
    ]);
  }).join('\n');
}

function valuesOf(parameter: Parameter): string {
  const values = (parameter.values ?? []).map((value) =>
    value === parameter.default ? `${code(value)} (default)` : code(value),
  );
  return values.join(', ');
}

function namesOf({ names }: Kind, grammar: Grammar): string {
  return (names[grammar] ?? []).map(code).join(', ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
