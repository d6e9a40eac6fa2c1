import type { Catalog, CatalogStyle } from '../../page/types.ts';
import type { Served } from '../badges/catalog.ts';
import { pathTemplate } from '../badges/urls.ts';
import { PROJECT_NAME } from '../facts/names.ts';
import { normalizeColor } from '../imaging/color.ts';
import { type Style, STYLES } from '../imaging/spec.ts';
import { drawSvg } from '../imaging/svg.ts';
import { EXTENSION_NAMES } from '../http/urls/paths.ts';

/** Returns the catalog of badges as data for the page. */
export function createCatalog({ kinds, parameters }: Served): Catalog {
  return {
    kinds: kinds.map((kind) => ({
      id: kind.id,
      title: kind.title ?? kind.label,
      about: kind.about,
      facts: kind.facts,
      path: pathTemplate(kind),
      isFramework: kind.id.startsWith('framework-'),
      names: kind.names,
      parameters: kind.parameters ?? [],
    })),
    parameters: parameters.map((parameter) => {
      const { staticExample, oldNameOf, otherNameOf } = parameter;
      const isOffered = (staticExample ?? oldNameOf ?? otherNameOf) === undefined;
      return Object.assign({ isOffered }, parameter);
    }),
    styles: STYLES.map(describeStyle),
    extensions: EXTENSION_NAMES,
    projectName: PROJECT_NAME.source,
  };
}

/** The size keeps the page from moving when the picture arrives. */
function describeStyle(style: Style): CatalogStyle {
  const color = normalizeColor('blue') ?? '';
  const svg = drawSvg({ label: style, message: 'badge', color, style });
  const [, width = '', height = ''] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  const image = `/badge/${style.replaceAll('-', '--')}-badge-blue.svg?style=${style}`;
  return { name: style, image, width: Math.round(Number(width)), height: Number(height) };
}
