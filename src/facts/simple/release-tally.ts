import { z } from 'zod';
import { versionOfFile } from './release-files.ts';
import { MAX_TEXT, type SimpleFacts } from '../schema.ts';
import { isHigher, type ReadVersion, readVersion } from './versions.ts';

/** More than any project has; of a longer list the end counts, where PyPI has the newest. */
const MAX_VERSIONS = 20_000;

/** The fields of a file in the Simple API that badges use (PEP 691, 592, 740). */
const fileSchema = z.object({
  filename: z.string().max(512),
  /** `true` or the reason. */
  yanked: z.union([z.boolean(), z.string()]).catch(false),
  /** URL of the attestations. */
  provenance: z.string().min(1).nullable().catch(null),
});

/** The files of a release. */
interface Counted {
  readonly version: ReadVersion;
  files: number;
  yanked: number;
  attested: number;
}

interface TalliedRelease extends Counted {
  /** Every file is yanked. A release without files is not. */
  readonly isYanked: boolean;
}

/** What badges show of a project's releases. */
export interface Summary extends Pick<SimpleFacts, 'release' | 'attested'> {
  /** The highest by PEP 440 that is not yanked, pre-releases among them. */
  readonly latestPre: string | null;
}

/** Counts the files of each release of a project. */
export interface ReleaseTally {
  /** Adds a file as the Simple API has it. One that does not fit is left out. */
  readonly add: (json: string) => void;
  readonly isEmpty: () => boolean;
  /**
   * Sums up the releases. `versions`: all of the project, as the index has them; without them, those of the files.
   * `release`: the one to show, in any spelling of PEP 440; without it the one that PyPI shows.
   */
  readonly summarize: (
    versions: readonly string[] | undefined,
    release: string | undefined,
  ) => Summary;
}

/** Creates an empty tally. `project`: its normalized name, with which the names of its files begin. */
export function createReleaseTally(project: string): ReleaseTally {
  const byKey = new Map<string, Counted>();

  return {
    add(json) {
      const { data: file } = fileSchema.safeParse(parse(json));
      const text = file && versionOfFile(file.filename, project);
      if (file === undefined || text === undefined || !isVersionText(text)) return;
      const version = readVersion(text);
      const counted = byKey.get(version.key) ?? countOf(version);
      byKey.set(version.key, counted);
      counted.files += 1;
      counted.yanked += Number(Boolean(file.yanked));
      counted.attested += Number(file.provenance !== null);
    },
    isEmpty: () => byKey.size === 0,
    summarize(versions, release) {
      const read = versions?.filter(isVersionText).slice(-MAX_VERSIONS).map(readVersion);
      const all = (read ?? [...byKey.values()].map(({ version }) => version)).map((version) =>
        tallied(version, byKey.get(version.key)),
      );
      const key = release === undefined ? undefined : readVersion(release).key;
      const shown =
        key === undefined ? best(all, rankOf) : all.find(({ version }) => version.key === key);
      return {
        latestPre: best(all, isCandidate)?.version.text ?? null,
        release: shown?.version.text ?? null,
        attested: shown === undefined ? 'none' : attestedOf(shown),
      };
    },
  };
}

/** Whether a text can name a release: some are no versions of PEP 440, but none is empty. */
function isVersionText(text: string): boolean {
  return text.trim() !== '' && text.length <= MAX_TEXT;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function countOf(version: ReadVersion): Counted {
  return { version, files: 0, yanked: 0, attested: 0 };
}

function tallied(version: ReadVersion, counted = countOf(version)): TalliedRelease {
  const { files, yanked } = counted;
  return { ...counted, version, isYanked: files > 0 && yanked === files };
}

function attestedOf({ files, attested }: Counted): SimpleFacts['attested'] {
  if (attested === 0) return 'none';
  return attested === files ? 'all' : 'some';
}

/**
 * PyPI's order (`latest_release` of warehouse's JSON API): not yanked rather than yanked, final rather than not, and what
 * is no version by PEP 440 last.
 */
function rankOf({ version, isYanked }: TalliedRelease): number {
  return (isYanked ? 3 : 0) + (version.isPep440 ? Number(version.isPreRelease) : 2);
}

function isCandidate({ version, isYanked }: TalliedRelease): number | undefined {
  return isYanked || !version.isPep440 ? undefined : 0;
}

/** Returns the release with the lowest rank, and of these the highest; undefined ranks do not count. */
function best(
  releases: readonly TalliedRelease[],
  rank: (release: TalliedRelease) => number | undefined,
): TalliedRelease | undefined {
  let found: TalliedRelease | undefined;
  let lowest = Infinity;
  for (const release of releases) {
    const its = rank(release) ?? Infinity;
    const isBetter =
      its < lowest ||
      (found !== undefined && its === lowest && isHigher(release.version, found.version));
    if (isBetter) {
      found = release;
      lowest = its;
    }
  }
  return found;
}
