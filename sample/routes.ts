export const APIS = ['pypi', 'pypistats', 'rss', 'xmlrpc'] as const;
export type Api = (typeof APIS)[number];

/** A question about a project. */
interface ProjectQuestion {
  /** As the client spelt it. */
  readonly name: string;
}

export interface PypiQuestion extends ProjectQuestion {
  readonly api: 'pypi';
  readonly release?: string;
  /** PyPI answers `/json/` with a redirect to `/json`. */
  readonly hasTrailingSlash: boolean;
}

export interface PypistatsQuestion extends ProjectQuestion {
  readonly api: 'pypistats';
  readonly query: URLSearchParams;
}

/** What a request to one of the APIs asks for. The call of `xmlrpc` stands in the body. */
export type Question =
  PypiQuestion | PypistatsQuestion | { readonly api: 'rss' } | { readonly api: 'xmlrpc' };

const PYPI_PATH = /^\/pypi\/([^/]+)(?:\/([^/]+))?\/json(\/?)$/;
const PYPISTATS_PATH = /^\/api\/packages\/([^/]+)\/recent$/;
const RSS_PATH = '/rss/updates.xml';
const XMLRPC_PATHS: ReadonlySet<string> = new Set(['/pypi', '/pypi/', '/RPC2']);

/** The question of a request, or undefined where it is for none of the APIs. */
export function readQuestion(method: string, url: URL): Question | undefined {
  const { pathname, searchParams: query } = url;
  if (pathname === RSS_PATH) return { api: 'rss' };
  if (XMLRPC_PATHS.has(pathname)) return method === 'POST' ? { api: 'xmlrpc' } : undefined;
  const pypi = PYPI_PATH.exec(pathname);
  const name = decode(pypi?.[1] ?? PYPISTATS_PATH.exec(pathname)?.[1]);
  if (name === undefined) return undefined;
  if (!pypi) return { api: 'pypistats', name, query };
  const release = decode(pypi[2]);
  const hasTrailingSlash = pypi[3] === '/';
  return { api: 'pypi', name, hasTrailingSlash, ...(release !== undefined && { release }) };
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
