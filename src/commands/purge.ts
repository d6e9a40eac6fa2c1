import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { findKind } from '../badges/catalog.ts';
import type { Config } from '../config.ts';
import { type NodeOutcome, purgeEdge, type PurgeTarget } from '../edge/purge.ts';
import { EVERYTHING, kindTag, projectKindTag, projectTag } from '../edge/tags.ts';
import { UsageError } from '../errors.ts';
import { normalizeName } from '../facts/names.ts';
import type { PackageIndex } from '../facts/package-index.ts';
import type { OpenedSources, Sources } from '../facts/sources.ts';
import { openSources } from '../services.ts';
import { withOpened } from './context.ts';
import { createOutput, finish, JSON_OPTION, type Output, printNodes } from './output.ts';

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

/** Outcome of a purge: the number of expired records, and the outcome at each edge node. */
export interface PurgeReport {
  readonly facts: number;
  readonly nodes: readonly NodeOutcome[];
}

/**
 * Expires the facts in the shared store and in the memory of all processes, then purges the edge. In the other order,
 * the edge could fetch the old badge again.
 */
export async function purge(
  { sources, messages }: Pick<OpenedSources, 'sources' | 'messages'>,
  config: Config,
  request: PurgeRequest,
): Promise<PurgeReport> {
  const index = indexOf(sources, request);
  const target = targetOf(request, index);
  const project = request.project === undefined ? undefined : projectOf(request.project);
  const facts = await expireFacts(sources, index, project, request);
  // Until all processes have received the message.
  if (facts > 0) await sleep(messages.settleMs);
  const nodes = await purgeEdge({ urls: config.VARNISH_URLS, key: config.PURGE_KEY }, target);
  return { facts, nodes };
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
  const parsed = URL.parse(url, 'http://edge');
  if (parsed === null) throw new UsageError(`${url} is not a URL`);
  return parsed.pathname + parsed.search;
}

/** Prints the outcome; returns false if a node failed. */
export function printPurge(
  { facts, nodes }: PurgeReport,
  isJson: boolean,
  output: Output,
): boolean {
  const isGood = nodes.every(({ failure }) => failure === undefined);
  if (isJson) output.line(JSON.stringify({ ok: isGood, facts, nodes }));
  else {
    output.line(`facts: ${facts} records expired`);
    if (nodes.length === 0) output.line('edge: VARNISH_URLS is empty');
    printNodes(nodes, output);
  }
  return isGood;
}
