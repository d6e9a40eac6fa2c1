import { normalizeName } from '../names.ts';

const SDIST = /\.(?:tar\.(?:gz|bz2|xz|Z)|tgz|tar|zip)$/i;
const EGG = /-py\d(?:\.\d+)?(?:-[^-]+)?\.egg$/i;
/** The longest name of a project. */
const MAX_NAME = 100;

/**
 * Returns the version in the name of a release's file: of wheels (PEP 427), sdists (PEP 625 and before) and eggs.
 * `project`: its normalized name. Undefined if the name has none.
 */
export function versionOfFile(filename: string, project: string): string | undefined {
  if (/\.whl$/i.test(filename)) return filename.split('-')[1]?.replaceAll('_', '-');
  const stem = filename.replace(SDIST, '').replace(EGG, '');
  return stem === filename ? undefined : withoutProject(stem, project);
}

/** The project's name in a file's name may be spelled in any way, and contain dashes. */
function withoutProject(stem: string, project: string): string | undefined {
  for (let dash = stem.indexOf('-'); dash > 0; dash = stem.indexOf('-', dash + 1)) {
    if (dash > MAX_NAME) return undefined;
    if (normalizeName(stem.slice(0, dash)) === project) return stem.slice(dash + 1);
  }
  return undefined;
}
