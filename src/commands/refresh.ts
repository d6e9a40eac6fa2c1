import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { createEdge } from '../edge/nodes.ts';
import { type Attempt, propagate, type PropagateOptions } from '../edge/propagate.ts';
import type { NodeOutcome } from '../edge/purge.ts';
import { UsageError } from '../errors.ts';
import { normalizeName } from '../facts/names.ts';
import { openSources } from '../services.ts';
import { withOpened } from './context.ts';
import { createOutput, finish, JSON_OPTION, type Output, printNodes } from './output.ts';

/** Outcome of a refresh. */
export interface RefreshReport extends Pick<Attempt, 'state' | 'version' | 'serial'> {
  readonly project: string;
  /** PyPI's page is newer than the kept facts. */
  readonly changed: boolean;
  /** The last purge at each node. */
  readonly nodes: readonly NodeOutcome[];
  /** Why no other process gets the facts: the shared store fails. */
  readonly storeFailure?: string | undefined;
}

/** `pypins refresh`. */
export function define(command: Command): void {
  command
    .argument('<project>', 'such as requests')
    .option(...JSON_OPTION)
    .action(async (project: string, { json = false }: { readonly json?: boolean }) => {
      const output = createOutput();
      await withOpened(openSources, async (opened, config) => {
        const report = await refresh(opened, config, project, output);
        finish(printRefresh(report, json, output));
      });
    });
}

/**
 * Propagates a release: fetches the project from PyPI and purges its badges, until PyPI's page is newer than the kept
 * facts, for at most 40 s. Rejects with a `UsageError` for an invalid name.
 */
export async function refresh(
  opened: Omit<PropagateOptions, 'edge'>,
  config: Config,
  name: string,
  output: Output,
): Promise<RefreshReport> {
  const project = normalizeName(name);
  if (project === undefined) throw new UsageError(`${name} is not a valid project name`);
  const edge = createEdge(config);
  let report: RefreshReport = {
    project,
    state: 'unanswered',
    version: undefined,
    serial: undefined,
    changed: false,
    nodes: [],
  };
  for await (const attempt of propagate({ ...opened, edge }, project)) {
    const { state, version, serial, hasChanged } = attempt;
    const nodes = (await attempt.purge) ?? report.nodes;
    report = { project, state, version, serial, changed: hasChanged, nodes };
    if (attempt.isPending) output.note(`${wordsOf(report)}: trying again`);
  }
  return { ...report, storeFailure: await opened.store.probe() };
}

/** Prints the outcome; returns false if PyPI, the store or a node failed. */
export function printRefresh(report: RefreshReport, isJson: boolean, output: Output): boolean {
  const { state, nodes, storeFailure } = report;
  const isGood =
    state === 'known' &&
    storeFailure === undefined &&
    nodes.every(({ failure }) => failure === undefined);
  if (isJson) output.line(JSON.stringify({ ok: isGood, ...report }));
  else {
    output.line(wordsOf(report));
    if (nodes.length === 0) output.line('edge: nothing purged');
    printNodes(nodes, output);
    if (storeFailure !== undefined) output.note(`the store fails: ${storeFailure}`);
  }
  return isGood;
}

function wordsOf({ project, state, version, serial, changed }: RefreshReport): string {
  if (state === 'absent') return `PyPI has no project ${project}`;
  if (state === 'unanswered') return 'PyPI does not answer';
  return `${project} ${version} (serial ${serial ?? 'unknown'}), ${changed ? 'changed' : 'unchanged'}`;
}
