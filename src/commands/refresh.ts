import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { NodeOutcome } from '../edge/purge.ts';
import { UsageError } from '../errors.ts';
import { type Look, publish, type PublishOptions } from '../follow/publish.ts';
import { normaliseName } from '../upstream/names.ts';
import { openSources } from '../sources.ts';
import { withOpened } from './context.ts';
import { createOutput, finish, JSON_OPTION, type Output } from './output.ts';

/** What became of a refresh in the end. */
export interface RefreshReport extends Pick<Look, 'state' | 'version' | 'serial'> {
  readonly project: string;
  /** PyPI's answer is newer than what was known; false: nothing was new, or not yet. */
  readonly changed: boolean;
  /** The last purge at each node of the edge. */
  readonly nodes: readonly NodeOutcome[];
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
        finish(tellRefresh(report, json, output));
      });
    });
}

/**
 * Asks PyPI for the project anew and purges it at the edge, until PyPI's answer moves or is given up, which takes half a
 * minute. Throws a `UsageError` for what is no name.
 */
export async function refresh(
  opened: Omit<PublishOptions, 'edge'>,
  config: Config,
  name: string,
  output: Output,
): Promise<RefreshReport> {
  const project = normaliseName(name);
  if (project === undefined) throw new UsageError(`${name} is not the name of a project`);
  const edge = { urls: config.VARNISH_URLS, key: config.PURGE_KEY };
  let report: RefreshReport = {
    project,
    state: 'unanswered',
    version: undefined,
    serial: undefined,
    changed: false,
    nodes: [],
  };
  for await (const look of publish({ ...opened, edge }, project)) {
    const { state, version, serial, hasChanged } = look;
    const nodes = (await look.purge) ?? report.nodes;
    report = { project, state, version, serial, changed: hasChanged, nodes };
    if (look.goesOn) output.note(`${wordsOf(report)}: looking again in a moment`);
  }
  return report;
}

/** Tells of a refresh; gives whether the edge now shows the truth. */
export function tellRefresh(report: RefreshReport, isJson: boolean, output: Output): boolean {
  const { state, nodes } = report;
  const isGood = state === 'known' && nodes.every(({ failure }) => failure === undefined);
  if (isJson) output.line(JSON.stringify({ ok: isGood, ...report }));
  else {
    output.line(wordsOf(report));
    if (nodes.length === 0) output.line('edge: nothing purged');
    for (const { url, purged, failure } of nodes)
      output.line(`${url}: ${failure ?? `${purged} badges purged`}`);
  }
  return isGood;
}

function wordsOf({ project, state, version, serial, changed }: RefreshReport): string {
  if (state === 'absent') return `PyPI does not know ${project}`;
  if (state === 'unanswered') return 'PyPI does not answer';
  return `${project} ${version} (serial ${serial ?? 'unknown'}), ${changed ? 'new' : 'as before'}`;
}
