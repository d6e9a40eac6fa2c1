import { ALL_KINDS } from '../../src/badges/catalog.ts';
import type { Grammar, Kind } from '../../src/badges/kind.ts';
import { PARAMETERS } from '../../src/badges/parameters.ts';
import { EXTENSION_NAMES, formatOf } from '../../src/http/urls/paths.ts';
import { END, NEXT, remove, sub } from './rule.ts';

/** Where a parameter of static badges alone counts. */
const STATIC_PATHS = '/(?:badge|static)';
const CONTENT = PARAMETERS.filter(({ changes }) => changes === 'content').map(({ name }) => name);
const RASTER = EXTENSION_NAMES.filter((name) => !/^(?:svg|json)$/.test(formatOf(name) ?? ''));

const PREFIXES: Readonly<Record<Grammar, string>> = { pypip: '', shields: '/pypi', fury: '/py' };

/** The subs about what a kind and a format read. */
export function renderKindRules(): string[] {
  return [
    '# Parameters of the content that the kind does not read.',
    sub('query_of_kind', contentRules()),
    '# Only a raster picture has a size.',
    sub('query_of_format', sizeRules()),
    '# The label that the kind has anyway, unless a parameter of its content may change that.',
    sub('query_without_default_label', labelRules()),
  ];
}

/** Parameters that the same kinds read have one rule. */
function contentRules(): string[] {
  const readers = CONTENT.map((name) => ({
    name,
    path:
      pathsOf(ALL_KINDS.filter(({ parameters }) => parameters?.some((each) => each === name))) ||
      STATIC_PATHS,
  }));
  const byPath = Map.groupBy(readers, ({ path }) => path);
  return [...byPath].flatMap(([path, all]) => {
    const names = `&(?:${all.map(({ name }) => name).join('|')})=`;
    return remove(names, `${names}[^&]*`, `!~ "^(?:${path})/"`);
  });
}

function sizeRules(): string[] {
  const sizes = PARAMETERS.filter(({ changes }) => changes === 'size').map(({ name }) => name);
  const names = `&(?:${sizes.join('|')})=`;
  return remove(names, `${names}[^&]*`, `!~ "\\.(?i:${RASTER.join('|')})$"`);
}

function labelRules(): string[] {
  const byLabel = Map.groupBy(ALL_KINDS, ({ label }) => label);
  const labels = [...byLabel.keys()].map(spellings);
  return [
    `if (var.get("query") ~ "&label=(?:${labels.join('|')})${END}" && var.get("query") !~ "&(?:${CONTENT.join('|')})=") {`,
    ...[...byLabel].flatMap(([label, kinds]) => {
      const said = `&label=${spellings(label)}`;
      return remove(said + END, said + NEXT, `~ "^(?:${badgesOf(kinds)})$"`).map(
        (line) => `  ${line}`,
      );
    }),
    '}',
  ];
}

/** A label as it may be written in a query. Throws for one with a character that needs another escape. */
function spellings(label: string): string {
  if (!/^[\w -]+$/.test(label)) throw new Error(`the label ${label} needs an escape`);
  return label.replaceAll(' ', '(?:\\+|%20)');
}

/** The starts of the paths of kinds: `/version`, `/pypi/v`, `/py`. */
function pathsOf(kinds: readonly Kind[]): string {
  return pathsIn('pypip', kinds)
    .concat(pathsIn('shields', kinds), pathsIn('fury', kinds), otherPaths(kinds))
    .join('|');
}

/** The paths of the badges of kinds, without a release: an error about a release has a label of its own. */
function badgesOf(kinds: readonly Kind[]): string {
  const [pypip, ...others] = [
    pathsIn('pypip', kinds).map((path) => `${path}/[^/]+/badge\\.(?:${EXTENSION_NAMES.join('|')})`),
    pathsIn('shields', kinds).map((path) => `${path}/[^/]+`),
    pathsIn('fury', kinds).map((path) => `${path}/[^/]+`),
    otherPaths(kinds).map((path) => `${path}/[^/]+`),
  ];
  return [...pypip, ...others.flat()].join('|');
}

function otherPaths(kinds: readonly Kind[]): string[] {
  return kinds.flatMap((kind) => kind.otherPaths ?? []);
}

/** One alternative for all names of the kinds in a grammar; none without names. */
function pathsIn(grammar: Grammar, kinds: readonly Kind[]): string[] {
  const names = kinds.flatMap((kind) => kind.names[grammar] ?? []);
  if (names.length === 0) return [];
  // badge.fury.io's only kind has no name in a path.
  return [grammar === 'fury' ? PREFIXES.fury : `${PREFIXES[grammar]}/(?:${names.join('|')})`];
}
