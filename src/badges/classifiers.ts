import type { Grammar } from './kind.ts';

const VERSION_NUMBER = /^\d+(?:\.\d+)*$/;
const byNumber = new Intl.Collator('en', { numeric: true });

/** Returns what follows `<parent> :: ` in the classifiers: each once, in their order. */
export function childrenOf(classifiers: readonly string[], parent: string): string[] {
  const prefix = `${parent} :: `;
  const children = classifiers
    .filter((classifier) => classifier.startsWith(prefix))
    .map((classifier) => classifier.slice(prefix.length));
  return [...new Set(children)].filter((child) => child !== '');
}

/** Returns the children of `parent` that are version numbers (`4`, `3.10`), sorted. */
export function versionsUnder(classifiers: readonly string[], parent: string): string[] {
  return sortVersions(
    childrenOf(classifiers, parent).filter((child) => VERSION_NUMBER.test(child)),
  );
}

/** Returns `versions` sorted as numbers: 3.9 before 3.10. */
export function sortVersions(versions: readonly string[]): string[] {
  return versions.toSorted(byNumber.compare);
}

const MINOR = /^(\d+)\.(\d+)$/;
const MIN_RANGE = 3;

/**
 * Writes three or more consecutive minors of sorted versions as a range: `3.9 – 3.11`. Any gap, another major or a
 * version without a minor or with a patch parts ranges.
 */
export function collapseRanges(versions: readonly string[]): string[] {
  const runs: string[][] = [];
  for (const version of versions) {
    const run = runs.at(-1);
    if (run !== undefined && isNextMinor(run.at(-1) ?? '', version)) run.push(version);
    else runs.push([version]);
  }
  return runs.flatMap((run) => (run.length < MIN_RANGE ? run : `${run[0]} – ${run.at(-1)}`));
}

function isNextMinor(before: string, after: string): boolean {
  const [, majorBefore, minorBefore] = MINOR.exec(before) ?? [];
  const [, majorAfter, minorAfter] = MINOR.exec(after) ?? [];
  return majorBefore === majorAfter && Number(minorBefore) + 1 === Number(minorAfter);
}

/** Joins the items of a list as the grammar's service does. */
export function enumerate(items: readonly string[], grammar: Grammar): string {
  return items.join(grammar === 'shields' ? ' | ' : ', ');
}
