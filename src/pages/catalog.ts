import type { Catalog } from '../../page/types.ts';
import { KINDS } from '../badges/catalog.ts';
import { PARAMETERS } from '../badges/parameters.ts';
import { pathTemplate } from '../badges/urls.ts';
import { PROJECT_NAME } from '../facts/names.ts';
import { EXTENSION_NAMES } from '../http/paths.ts';

/** Returns the catalog of badges as data for the page. */
export function createCatalog(): Catalog {
  return {
    kinds: KINDS.map((kind) => ({
      id: kind.id,
      title: kind.title ?? kind.label,
      about: kind.about,
      facts: kind.facts,
      path: pathTemplate(kind),
      isFramework: kind.id.startsWith('framework-'),
      names: kind.names,
      parameters: kind.parameters ?? [],
    })),
    parameters: PARAMETERS.map(({ staticExample, oldNameOf, ...parameter }) => ({
      ...parameter,
      isOffered: staticExample === undefined && oldNameOf === undefined,
    })),
    extensions: EXTENSION_NAMES,
    projectName: PROJECT_NAME.source,
  };
}
