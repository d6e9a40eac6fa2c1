import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { findKind } from '../badges/catalog.ts';
import type { Config } from '../config.ts';
import { createEdge } from '../edge/nodes.ts';
import { type NodeOutcome, purgeEdge, type PurgeTarget } from '../edge/purge.ts';
import { EVERYTHING, kindTag, projectKindTag, projectTag } from '../edge/tags.ts';
import { UsageError } from '../errors.ts';
import { normalizeName } from '../facts/names.ts';
import type { PackageIndex } from '../facts/package-index.ts';
import type { OpenedSources, Sources } from '../facts/sources.ts';
import { openSources } from '../services.ts';
import { withOpened } from './context.ts';
import { counted, createOutput, finish, JSON_OPTION, type Output, printNodes } from './output.ts';

/** What to purge: badges of a project, of a kind, of both, of one URL, or all. */
export interface PurgeRequest {
  readonly project?: string | undefined;
  readonly kind?: string | undefined;
  readonly url?: string | undefined;
  /** Index of the project; undefined: PyPI. */
  readonly pypiBaseUrl?: string | undefined;
  readonly all?: boolean | undefined;
}

interface PurgeOptions extends Omit<PurgeRequest, 'project'> {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `pypins purge`. */
export function define(command: Command): void {
  command
    .argument('[project]', 'such as requests')
    .option('--kind <kind>', 'purge only this kind (without a project: of all projects)')
    .option('--url <url>', 'purge one badge, only at the edge')
    .option('--pypi-base-url <url>', 'another index of the project (default: PyPI)')
    .option('--all', 'expire all facts and purge every badge')
    .option('--yes', 'confirm --all')
    .option(...JSON_OPTION)
    .action(runPurge);
}

async function runPurge(
  project: string | undefined,
  { yes = false, json = false, ...request }: PurgeOptions,
): Promise<void> {
  if (request.all === true && !yes)
    throw new UsageError('--all needs --yes: every badge will be fetched again');
  await withOpened(openSources, async (opened, config) => {
    const report = await purge(opened, config, { ...request, project });
    finish(printPurge(report, json, createOutput()));
  });
}

/** Outcome of a purge at each edge node, and in the store. */
export interface PurgeReport {
  /** How many records expired; undefined: only the edge is purged. */
  readonly facts: number | undefined;
  /** Why facts could not be expired: the shared store fails. */
  readonly storeFailure?: string | undefined;
  readonly nodes: readonly NodeOutcome[];
  /** Why nothing was done, though nothing failed. */
  readonly nothing?: string | undefined;
}

/**
 * Expires the facts in the shared store and in the memory of all processes, then purges the edge. In the other order,
 * the edge could fetch the old badge again.
 */
export async function purge(
  { sources, messages, store }: Pick<OpenedSources, 'sources' | 'messages' | 'store'>,
  config: Config,
  request: PurgeRequest,
): Promise<PurgeReport> {
  const index = indexOf(sources, request);
  const target = targetOf(request, index);
  const project = request.project === undefined ? undefined : projectOf(request.project);
  const hasFacts = project !== undefined || request.all === true;
  const storeFailure = hasFacts ? await store.probe() : undefined;
  const facts = await expireFacts(sources, index, project, request);
  // Until all processes have received the message.
  if (facts > 0) await sleep(messages.settleMs);
  const nodes = await purgeEdge(createEdge(config), target);
  return {
    facts: hasFacts ? facts : undefined,
    storeFailure,
    nodes,
    nothing: nothingDone(request, facts, nodes),
  };
}

/** Says if nothing was expired or purged, though everything answers. Purging all of nothing is fine. */
function nothingDone(
  { all }: PurgeRequest,
  facts: number,
  nodes: readonly NodeOutcome[],
): string | undefined {
  if (facts > 0 || nodes.some(({ failure, purged = 0 }) => failure !== undefined || purged > 0))
    return undefined;
  if (nodes.length === 0) return 'nothing was purged: VARNISH_URLS names no node';
  return all === true ? undefined : 'nothing was purged: no node has such a badge';
}

/** Throws a `UsageError` where the index is not served, or nothing but an index is named. */
function indexOf(sources: Sources, { pypiBaseUrl, project }: PurgeRequest): PackageIndex {
  const index = sources.findIndex(pypiBaseUrl);
  if (index === undefined)
    throw new UsageError(`PYPI_INDEXES does not name ${String(pypiBaseUrl)}`);
  if (index.url !== undefined && project === undefined)
    throw new UsageError('--pypi-base-url needs a project');
  return index;
}

async function expireFacts(
  sources: Sources,
  index: PackageIndex,
  project: string | undefined,
  request: PurgeRequest,
): Promise<number> {
  if (request.all === true) return sources.expireEverything();
  if (project === undefined) return 0;
  return index.url === undefined ? sources.expire(project) : index.expire(project);
}

function targetOf({ project, kind, url, all }: PurgeRequest, index: PackageIndex): PurgeTarget {
  const targets = [project ?? kind, url, all === true ? 'all' : undefined].filter(
    (each) => each !== undefined,
  );
  if (targets.length !== 1)
    throw new UsageError('give exactly one of: a project, --kind, --url, --all');
  if (all === true) return { tags: [EVERYTHING] };
  if (url !== undefined) return { path: pathOf(url) };
  return { tags: [tagOf(project, kind, index)] };
}

/** At least one of the two is given. */
function tagOf(
  project: string | undefined,
  kind: string | undefined,
  { url }: PackageIndex,
): string {
  if (project === undefined) return kindTag(kindIdOf(kind ?? ''));
  const name = projectOf(project);
  return kind === undefined ? projectTag(name, url) : projectKindTag(name, kindIdOf(kind), url);
}

function projectOf(name: string): string {
  const project = normalizeName(name);
  if (project === undefined) throw new UsageError(`${name} is not a valid project name`);
  return project;
}

function kindIdOf(name: string): string {
  const kind = findKind('pypip', name) ?? findKind('shields', name);
  if (kind === undefined) throw new UsageError(`there is no kind ${name}`);
  return kind.id;
}

function pathOf(url: string): string {
  const parsed = /^(?:\/|https?:\/\/)/.test(url) ? URL.parse(url, 'http://edge') : null;
  if (parsed === null)
    throw new UsageError(`${url} is neither a URL nor a path such as /v/flask.svg`);
  return parsed.pathname + parsed.search;
}

/** Prints the outcome; returns false if the store or a node failed, or nothing was done. */
export function printPurge(report: PurgeReport, isJson: boolean, output: Output): boolean {
  const { facts, storeFailure, nodes, nothing } = report;
  const isGood =
    nodes.every(({ failure }) => failure === undefined) && (storeFailure ?? nothing) === undefined;
  if (isJson) output.line(JSON.stringify({ ok: isGood, ...report }));
  else {
    if (storeFailure !== undefined)
      output.line(`facts: not expired, the store fails: ${storeFailure}`);
    else if (facts !== undefined) output.line(`facts: ${counted(facts, 'record')} expired`);
    printNodes(nodes, output);
    if (nothing !== undefined) output.note(nothing);
  }
  return isGood;
}
