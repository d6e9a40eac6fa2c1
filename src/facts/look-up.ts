import { inTime } from '../../cache/deadline.ts';
import type { Found } from '../../cache/facts/contract.ts';
import type { Content, Kind, Options, ProjectKind, SimpleContent } from '../badges/kind.ts';
import { DEADLINES } from '../deadlines.ts';
import type { DownloadSource } from '../downloads/counts.ts';
import { BadgeError } from '../errors.ts';
import type { PackageIndex } from './package-index.ts';
import { projectId } from './pypi.ts';
import type { ProjectFacts, SimpleFacts } from './schema.ts';
import type { Sources } from './sources.ts';

/** Which badge of which project; the project's name is normalized (PEP 503). */
export interface Subject {
  readonly kind: Kind;
  readonly project: string;
  readonly release?: string | undefined;
  readonly options: Options;
  readonly index: Pick<PackageIndex, 'projects' | 'simple'>;
}

/** Content of a badge and the origin of its facts. */
export interface Description {
  readonly content: Content;
  readonly verdict: 'ok' | 'stale';
  readonly fetchedAtMs: number;
  readonly dueAtMs: number;
  readonly tier: string;
  /** Upstream of the facts. */
  readonly source: 'pypi' | 'pypistats' | 'clickhouse';
  /** The last day that is counted, of downloads from the daily load. */
  readonly countsThrough?: string;
  readonly release?: string;
}

/** Sources of the facts of a badge. */
export interface BadgeSources {
  readonly counts: DownloadSource;
}

/**
 * Returns the index that `?pypiBaseUrl=` names; without it, PyPI. Throws a `BadgeError` for an index that is not served,
 * or whose downloads nobody counts.
 */
export function indexOf(
  sources: Pick<Sources, 'findIndex'>,
  kind: Kind,
  pypiBaseUrl: string | undefined,
): PackageIndex {
  const index = sources.findIndex(pypiBaseUrl);
  if (index === undefined) throw new BadgeError('index-not-served', 'PYPI_INDEXES lacks it');
  if (index.url !== undefined && kind.facts === 'downloads')
    throw new BadgeError('index-not-served', 'its downloads are not counted');
  return index;
}

/**
 * Looks up the facts of a badge and returns its content. `admit` is called before the first origin fetch for an unknown
 * id and may throw to refuse it. Rejects with a `BadgeError`: `no-project`, `unavailable`, or what `admit` throws.
 */
export async function describe(
  sources: BadgeSources,
  subject: Subject,
  admit: () => void,
): Promise<Description> {
  const { kind, project, release, options, index } = subject;
  if (kind.facts === 'downloads') {
    const needsTotal = kind.needsTotal?.(options) ?? false;
    const answer = await sources.counts.get(project, needsTotal, admit);
    const found = known(answer, subject);
    const { source, through } = answer;
    const content = kind.describe(found.value, options);
    return { ...origin(found), source, ...(through && { countsThrough: through }), content };
  }
  if (kind.facts === 'simple') {
    const found = known(await index.simple.get(projectId(project, release), admit), subject);
    return ofSimple(found, kind.describe(found.value, options)) ?? throwAbsent(subject);
  }
  if (kind.simple?.isAsked(options, release) === true)
    return describeWithSimple({ ...subject, kind }, kind.simple, once(admit));
  const found = await index.projects.get(projectId(project, release), admit);
  return ofProject({ ...subject, kind }, found);
}

type ProjectSubject = Subject & { readonly kind: ProjectKind };

/**
 * Asks the Simple API, and where that leaves the content to the JSON API or takes longer, or the URL names a release, that
 * as well. If the Simple API fails, the content of the JSON API counts as stale; an index
 * without the project's page has no status of it.
 */
async function describeWithSimple(
  subject: ProjectSubject,
  simple: NonNullable<ProjectKind['simple']>,
  admit: () => void,
): Promise<Description> {
  const { project, release, options, index } = subject;
  const describeSimple = (found: Found<SimpleFacts> | undefined): Description | undefined =>
    found !== undefined && isKnown(found)
      ? ofSimple(found, simple.describe(found.value, options))
      : undefined;
  const asked = index.simple.get(project, admit);
  const early = await inTime(DEADLINES.keptFactsMs, asked);
  const first = describeSimple(early);
  if (first !== undefined && release === undefined) return first;
  const [late, found] = await Promise.all([
    early ?? asked,
    index.projects.get(projectId(project, release), admit),
  ]);
  const second = describeSimple(late);
  if (second !== undefined && (release === undefined || hasReleases(late, found))) return second;
  const description = ofProject(subject, found);
  const hasFailed = late.state === 'stale' || late.state === 'unavailable';
  return hasFailed ? { ...description, verdict: 'stale' } : description;
}

/** Whether the release in the URL may exist: of a project in quarantine, the JSON API knows none. */
function hasReleases(simple: Found<SimpleFacts>, found: Found<ProjectFacts>): boolean {
  return found.state !== 'absent' || (isKnown(simple) && simple.value.status === 'quarantined');
}

function ofProject(subject: ProjectSubject, answer: Found<ProjectFacts>): Description {
  const found = known(answer, subject);
  return {
    ...origin(found),
    source: 'pypi',
    content: subject.kind.describe(found.value, subject.options),
    release: found.value.version,
  };
}

function ofSimple(
  found: KnownFound<SimpleFacts>,
  described: SimpleContent | undefined,
): Description | undefined {
  if (described === undefined) return undefined;
  const { release, ...content } = described;
  return {
    ...origin(found),
    source: 'pypi',
    content,
    ...(release !== undefined && { release }),
  };
}

/** Calls the function the first time only: one badge is admitted once, however many records it needs. */
function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

type KnownFound<T> = Extract<Found<T>, { state: 'fresh' | 'stale' }>;

function isKnown<T>(found: Found<T>): found is KnownFound<T> {
  return found.state === 'fresh' || found.state === 'stale';
}

function known<T>(found: Found<T>, subject: Subject): KnownFound<T> {
  if (found.state === 'absent') throwAbsent(subject);
  if (found.state === 'unavailable') {
    const id = projectId(subject.project, subject.release);
    throw new BadgeError('unavailable', `no facts about ${id}`, { cause: found.reason });
  }
  return found;
}

function throwAbsent({ project, release }: Subject): never {
  throw new BadgeError('no-project', `${projectId(project, release)} does not exist`);
}

function origin(
  found: KnownFound<unknown>,
): Pick<Description, 'verdict' | 'fetchedAtMs' | 'dueAtMs' | 'tier'> {
  return {
    verdict: found.state === 'fresh' ? 'ok' : 'stale',
    fetchedAtMs: found.fetchedAtMs,
    dueAtMs: found.dueAtMs,
    tier: found.tier,
  };
}
