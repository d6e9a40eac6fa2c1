/** Badges that everybody asks for. */
export const KNOWN = [
  '/version/requests/badge.svg',
  '/pypi/v/flask.svg?style=for-the-badge',
  '/license/django/badge.png',
  '/py_versions/numpy/badge.svg',
] as const;

const PROJECTS = ['requests', 'flask', 'django', 'numpy'] as const;
const NEW_EVERY = 4;
const RASTER_EVERY = 80;

/** The nth request of a load: every fourth is for a picture that nobody has asked for before, so that it reaches a node. */
export function mixedPath(number: number): string {
  if (number % NEW_EVERY !== 0) return KNOWN[number % KNOWN.length] ?? '/';
  const project = PROJECTS[(number / NEW_EVERY) % PROJECTS.length];
  const extension = number % RASTER_EVERY === 0 ? 'png' : 'svg';
  return `/version/${project}/badge.${extension}?label=${number}`;
}
