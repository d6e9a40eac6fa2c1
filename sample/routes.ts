export const APIS = ['pypi', 'simple', 'pypistats', 'rss', 'xmlrpc'] as const;
export type Api = (typeof APIS)[number];

export interface PypiRoute {
  readonly api: 'pypi';
  /** As the client spells it. */
  readonly project: string;
  readonly release: string | undefined;
  /** PyPI redirects `/json/` to `/json`. */
  readonly hasTrailingSlash: boolean;
}

export interface SimpleRoute {
  readonly api: 'simple';
  /** As the client spells it. */
  readonly project: string;
  /** PyPI redirects `/simple/<name>` to `/simple/<name>/`. */
  readonly hasTrailingSlash: boolean;
}

/** What a request to one of the APIs asks for. The call of `xmlrpc` is in the body. */
export type Route =
  | PypiRoute
  | SimpleRoute
  | { readonly api: 'pypistats'; readonly project: string }
  | { readonly api: 'rss' | 'xmlrpc'; readonly project?: never };

const PYPI_PATH = /^\/pypi\/([^/]+)(?:\/([^/]+))?\/json(\/?)$/;
const SIMPLE_PATH = /^\/simple\/([^/]+)(\/?)$/;
const PYPISTATS_PATH = /^\/api\/packages\/([^/]+)\/recent$/;
const RSS_PATH = '/rss/updates.xml';
const XMLRPC_PATHS: ReadonlySet<string> = new Set(['/pypi', '/pypi/', '/RPC2']);

/** Returns the route of a request, or undefined if it is for none of the APIs. */
export function matchRoute(method: string, pathname: string): Route | undefined {
  if (pathname === RSS_PATH) return { api: 'rss' };
  if (XMLRPC_PATHS.has(pathname)) return method === 'POST' ? { api: 'xmlrpc' } : undefined;
  const pypi = PYPI_PATH.exec(pathname);
  const simple = SIMPLE_PATH.exec(pathname);
  const project = decode(pypi?.[1] ?? simple?.[1] ?? PYPISTATS_PATH.exec(pathname)?.[1]);
  if (project === undefined) return undefined;
  if (simple) return { api: 'simple', project, hasTrailingSlash: simple[2] === '/' };
  if (!pypi) return { api: 'pypistats', project };
  return { api: 'pypi', project, release: decode(pypi[2]), hasTrailingSlash: pypi[3] === '/' };
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
