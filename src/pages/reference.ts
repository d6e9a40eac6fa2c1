import type { Kind } from '../badges/kind.ts';
import { examplePaths } from '../badges/urls.ts';

/** A project that both PyPI and the sample index have. */
export const EXAMPLE_PROJECT = 'requests';

/** A way to write URLs of badges. */
export interface UrlForm {
  readonly form: string;
  readonly service: string;
  readonly example: string;
}

/** All ways to write URLs of badges. */
export const URL_FORMS: readonly UrlForm[] = [
  {
    form: '/<kind>/<project>/badge.<ext>',
    service: 'pypip.in',
    example: `/version/${EXAMPLE_PROJECT}/badge.svg`,
  },
  {
    form: '/pypi/<kind>/<project>[/<release>][.<ext>]',
    service: 'shields.io, badgen.net',
    example: `/pypi/v/${EXAMPLE_PROJECT}`,
  },
  {
    form: '/py/<project>[@<n>x][.<ext>]',
    service: 'badge.fury.io',
    example: `/py/${EXAMPLE_PROJECT}.svg`,
  },
  {
    form: '/badge/<label>-<message>-<color>[.<ext>]',
    service: 'shields.io, static',
    example: '/badge/docs-passing-brightgreen.svg',
  },
  {
    form: '/static/v1[.<ext>]?label=&message=&color=',
    service: 'shields.io, static',
    example: '/static/v1.svg?label=docs&message=passing&color=brightgreen',
  },
  {
    form: '/badge/<label>/<message>[/<color>][.<ext>]',
    service: 'badgen.net, static',
    example: '/badge/docs/passing/green.svg',
  },
];

/** Returns the paths of a kind's badges of a project that exists everywhere. */
export function livePaths(kind: Kind): string[] {
  return examplePaths({ ...kind, example: EXAMPLE_PROJECT });
}
