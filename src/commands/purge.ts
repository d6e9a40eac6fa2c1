import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { findKind } from '../badges/catalog.ts';
import type { Config } from '../config.ts';
import { type NodeOutcome, purgeEdge, type PurgeTarget } from '../edge/purge.ts';
import { EVERYTHING, kindTag, projectKindTag, projectTag } from '../edge/tags.ts';
import { UsageError } from '../errors.ts';
import { normalizeName } from '../facts/names.ts';
import { type OpenedSources, openSources, type Sources } from '../facts/sources.ts';
import { withOpened } from './context.ts';
import { createOutput, finish, JSON_OPTION, type Output } from './output.ts';

/** What an operator wants gone: badges of a project, of a kind, of both, of one URL, or all. */
export interface PurgeWish {
  readonly project?: string | undefined;
  readonly kind?: string | undefined;
  readonly url?: string | undefined;
  readonly all?: boolean | undefined;
}

interface PurgeOptions extends Omit<PurgeWish, 'project'> {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `pypins purge`. */
export function define(command: Command): void {
  command
    .argument('[project]', 'such as requests')
    .option('--kind <kind>', 'only this kind; without a project, of all projects')
    .option('--url <url>', 'one badge, at the edge')
    .option('--all', 'all facts, and every badge at the edge')
    .option('--yes', 'needed for --all')
    .option(...JSON_OPTION)
    .action(runPurge);
}

async function runPurge(
  project: string | undefined,
  { yes = false, json = false, ...wish }: PurgeOptions,
): Promise<void> {
  if (wish.all === true && !yes)
    throw new UsageError('--all needs --yes: every badge will be fetched anew');
  await withOpened(openSources, async (opened, config) => {
    const report = await purge(opened, config, { ...wish, project });
    finish(tellPurge(report, json, createOutput()));
  });
}

/** What was purged: at each node of the edge, and how many records of facts are due now. */
export interface PurgeReport {
  readonly facts: number;
  readonly nodes: readonly NodeOutcome[];
}

/**
 * Makes the facts due in the shared store and in every process's memory, and then purges the edge, in this order: the
 * edge would otherwise fetch what it already has.
 */
export async function purge(
  { sources, messages }: Pick<OpenedSources, 'sources' | 'messages'>,
  config: Config,
  wish: PurgeWish,
): Promise<PurgeReport> {
  const target = targetOf(wish);
  const project = wish.project === undefined ? undefined : projectOf(wish.project);
  const facts = await expireFacts(sources, project, wish);
  // Until the slowest process has heard of it.
  if (facts > 0) await sleep(messages.settleMs);
  const nodes = await purgeEdge({ urls: config.VARNISH_URLS, key: config.PURGE_KEY }, target);
  return { facts, nodes };
}

async function expireFacts(
  sources: Sources,
  project: string | undefined,
  wish: PurgeWish,
): Promise<number> {
  if (wish.all === true) return sources.expireEverything();
  return project === undefined ? 0 : sources.expire(project);
}

function targetOf({ project, kind, url, all }: PurgeWish): PurgeTarget {
  const wishes = [project ?? kind, url, all === true ? 'all' : undefined].filter(
    (each) => each !== undefined,
  );
  if (wishes.length !== 1)
    throw new UsageError('name a project, or --kind, or --url, or --all: one of them');
  if (all === true) return { tags: [EVERYTHING] };
  if (url !== undefined) return { path: pathOf(url) };
  return { tags: [tagOf(project, kind)] };
}

/** One of the two at least is given. */
function tagOf(project: string | undefined, kind: string | undefined): string {
  if (project === undefined) return kindTag(kindIdOf(kind ?? ''));
  const name = projectOf(project);
  return kind === undefined ? projectTag(name) : projectKindTag(name, kindIdOf(kind));
}

function projectOf(name: string): string {
  const project = normalizeName(name);
  if (project === undefined) throw new UsageError(`${name} is not the name of a project`);
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

/** Tells of a purge; gives whether all of it went well. */
export function tellPurge({ facts, nodes }: PurgeReport, isJson: boolean, output: Output): boolean {
  const isGood = nodes.every(({ failure }) => failure === undefined);
  if (isJson) output.line(JSON.stringify({ ok: isGood, facts, nodes }));
  else {
    output.line(`facts: ${facts} records due now`);
    if (nodes.length === 0) output.line('edge: VARNISH_URLS names no node');
    for (const { url, purged, failure } of nodes)
      output.line(`${url}: ${failure ?? `${purged} badges purged`}`);
  }
  return isGood;
}
