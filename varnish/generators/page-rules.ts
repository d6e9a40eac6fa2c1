import { darkParameters, OWN_PARAMETERS } from '../../page/shared/state.js';
import { PAGES } from '../../src/http/urls/paths.ts';
import { servedWith } from '../../src/badges/catalog.ts';
import { createCatalog } from '../../src/pages/catalog.ts';
import { END, NEXT, rule } from './rule.ts';

/** Returns the VCL that tells pages from badges, and keeps the parameters of the first page. */
export function renderPageRules(): string {
  const catalog = createCatalog(servedWith(true));
  const offered = catalog.parameters.filter(({ isOffered }) => isOffered);
  const names = [
    ...OWN_PARAMETERS,
    ...darkParameters(catalog).keys(),
    ...offered.map(({ name }) => name),
  ];
  const known = `&(?!(?:${names.toSorted().join('|')})=)`;
  return [
    `# Generated from src/http/urls/paths.ts and page/ by \`make docs\`: change these files instead.
import var;

# Sets the variable "page" to "yes" for a path that is no badge.`,
    finder('find_page', 'req'),
    '# The same for a fetch.',
    finder('find_fetched_page', 'bereq'),
    rule('query_of_known_page_parameters', known, `${known}[^&]*`),
    rule('query_of_filled_page_parameters', `&[A-Za-z_]+=${END}`, `&[A-Za-z_]+=${NEXT}`),
  ].join('\n');
}

function finder(name: string, request: 'req' | 'bereq'): string {
  const paths = PAGES.map((page) => page.replaceAll('.', '\\.').replace(/\*$/, '[^?]*'));
  return `sub ${name} {
  if (${request}.url ~ "^(?:${paths.join('|')})(?:\\?|$)") {
    var.set("page", "yes");
  }
}
`;
}
