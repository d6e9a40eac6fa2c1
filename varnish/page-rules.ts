import { PAGES } from '../src/http/paths.ts';

/** Returns the VCL that tells pages from badges. */
export function renderPageRules(): string {
  const paths = PAGES.map((page) => page.replaceAll('.', '\\.').replace(/\*$/, '.*'));
  return `# Generated from src/http/paths.ts by \`make docs\`: change that file instead.
import var;

# Sets the variable "page" to "yes" for a path that is no badge.
sub find_page {
  if (req.url ~ "^(?:${paths.join('|')})$") {
    var.set("page", "yes");
  }
}
`;
}
