export const APIS = ['pypi', 'pypistats'] as const;
export type Api = (typeof APIS)[number];

/** What a request to one of the two APIs asks for. */
export interface Question {
  readonly api: Api;
  /** As the client spelt it. */
  readonly name: string;
  readonly release?: string;
  /** PyPI answers `/json/` with a redirect to `/json`. */
  readonly hasTrailingSlash: boolean;
  readonly query: URLSearchParams;
}

const PYPI_PATH = /^\/pypi\/([^/]+)(?:\/([^/]+))?\/json(\/?)$/;
const PYPISTATS_PATH = /^\/api\/packages\/([^/]+)\/recent$/;

/** The question of a URL, or undefined where it is none of the two APIs' paths. */
export function readQuestion({ pathname, searchParams: query }: URL): Question | undefined {
  const pypi = PYPI_PATH.exec(pathname);
  const name = decode(pypi?.[1] ?? PYPISTATS_PATH.exec(pathname)?.[1]);
  if (name === undefined) return undefined;
  if (!pypi) return { api: 'pypistats', name, hasTrailingSlash: false, query };
  const release = decode(pypi[2]);
  const hasTrailingSlash = pypi[3] === '/';
  return { api: 'pypi', name, hasTrailingSlash, query, ...(release !== undefined && { release }) };
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
