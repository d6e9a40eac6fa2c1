import { type Command, InvalidArgumentError, Option } from 'commander';
import { fetch } from 'undici';
import { type Config, readConfig } from '../config.ts';
import { formatOf } from '../http/paths.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { type OpenedSources, openSources } from '../facts/sources.ts';
import type { ServicesOptions } from '../stores.ts';
import { readVersion } from '../version.ts';
import { examine, tellFindings } from './doctor.ts';
import { createOutput, type Output } from './output.ts';
import { purge, type PurgeWish, tellPurge, UsageError } from './purge.ts';
import { refresh, tellRefresh } from './refresh.ts';
import { collectStats, tellStats } from './stats.ts';
import { warm } from './warm.ts';
import { listPaths, TOP_LIST_URL } from './warm-list.ts';

const HEALTH_TIMEOUT_MS = 3_000;
const json = new Option('--json', 'one JSON object instead of lines');

/** Adds the operators' commands. Each ends with 0 when all went well, and with 1 when something did not. */
export function addOperatorCommands(program: Command): void {
  addDoing(program);
  addLooking(program);
}

function addDoing(program: Command): void {
  program
    .command('purge')
    .description('make the badges of a project due, in the facts and at every node of the edge')
    .argument('[project]', 'such as requests')
    .option('--kind <kind>', 'only this kind; without a project, of all projects')
    .option('--url <url>', 'one badge, at the edge')
    .option('--all', 'all facts, and every badge at the edge')
    .option('--yes', 'needed for --all')
    .addOption(json)
    .action(runPurge);

  program
    .command('refresh')
    .description(
      'after a release: ask PyPI until it tells of it, and purge the project at the edge',
    )
    .argument('<project>', 'such as requests')
    .addOption(json)
    .action(runRefresh);

  program
    .command('warm')
    .description('ask the edge for badges, so that readers find them there')
    .argument('[names...]', 'projects')
    .option('--file <file>', 'a file with a project a line')
    .option('--top <count>', 'so many of the projects that are downloaded most', parseCount)
    .option('--top-list <file or URL>', 'the list of those', TOP_LIST_URL)
    .option('--from-log <file>', 'an access log: what it asks for')
    .option('--kinds <kinds>', 'by commas', parseList, ['version'])
    .option('--formats <formats>', 'by commas', parseFormats, ['svg'])
    .option('--rate <rate>', 'such as 5/s', parseRate, 5)
    .option('--through <url>', 'the edge', 'http://127.0.0.1:8000')
    .addOption(json)
    .action(runWarm);
}

function addLooking(program: Command): void {
  program
    .command('doctor')
    .description('look at all that the service needs, and say what to do')
    .addOption(json)
    .action(async (options: { json?: boolean }) => {
      const output = createOutput();
      await withOptions(async (services) =>
        finish(tellFindings(await examine(services), isTrue(options.json), output)),
      );
    });

  program
    .command('stats')
    .description("hit ratios of the tiers, budgets and top misses, from the nodes' metrics")
    .argument('[nodes...]', "the nodes' ports for operators; by default that of this machine")
    .addOption(json)
    .action(async (nodes: string[], options: { json?: boolean }) => {
      const urls = nodes.length > 0 ? nodes : [adminUrlOf(readConfig())];
      finish(tellStats(await collectStats(urls), isTrue(options.json), createOutput()));
    });

  program
    .command('health')
    .description(
      'whether the service on this machine takes requests; for health checks of containers',
    )
    .option('--follower', 'of the follower on this machine')
    .action(async ({ follower = false }: { follower?: boolean }) => {
      const { FOLLOW_ADMIN_PORT, ...config } = readConfig();
      const port = follower ? FOLLOW_ADMIN_PORT : config.ADMIN_PORT;
      finish(await isReady(`${adminUrlOf({ ...config, ADMIN_PORT: port })}/readyz`));
    });
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })).ok;
  } catch {
    createOutput().note(`${url} does not answer`);
    return false;
  }
}

async function runPurge(
  project: string | undefined,
  options: Omit<PurgeWish, 'project'> & { yes?: boolean; json?: boolean },
): Promise<void> {
  if (options.all === true && options.yes !== true)
    throw new UsageError('--all needs --yes: every badge will be fetched anew');
  await withSources(async (opened, config) => {
    const report = await purge(opened, config, { ...options, project });
    finish(tellPurge(report, isTrue(options.json), createOutput()));
  });
}

async function runRefresh(project: string, options: { json?: boolean }): Promise<void> {
  const output = createOutput();
  await withSources(async (opened, config) => {
    const report = await refresh(opened, config, project, output);
    finish(tellRefresh(report, isTrue(options.json), output));
  });
}

interface WarmFlags {
  file?: string;
  top?: number;
  topList: string;
  fromLog?: string;
  kinds: string[];
  formats: string[];
  rate: number;
  through: string;
  json?: boolean;
}

async function runWarm(names: string[], flags: WarmFlags): Promise<void> {
  const output = createOutput();
  const paths = await listPaths({ ...flags, names });
  if (paths.length === 0)
    throw new UsageError('nothing to warm: give names, --file, --top or --from-log');
  const summary = await warm({
    paths,
    through: flags.through.replace(/(?<!\/)\/+$/, ''),
    perSecond: flags.rate,
    stateDirectory: readConfig().CACHE_DIR,
    output,
  });
  output.line(isTrue(flags.json) ? JSON.stringify(summary) : lineOf(summary, output));
  finish(summary.failed === 0);
}

function lineOf(summary: Record<string, number>, output: Output): string {
  if ((summary['failed'] ?? 0) > 0) output.note('the same command again goes on with what failed');
  return Object.entries(summary)
    .map(([outcome, count]) => `${outcome} ${count}`)
    .join(', ');
}

/** What services are made from, for the time of a command: nothing is logged. */
async function withOptions(work: (options: ServicesOptions) => Promise<void>): Promise<void> {
  const log = createLog('silent');
  const version = readVersion();
  try {
    await work({ config: readConfig(), log: log.log, metrics: createMetrics(version), version });
  } finally {
    await log.close();
  }
}

async function withSources(
  work: (opened: OpenedSources, config: Config) => Promise<void>,
): Promise<void> {
  await withOptions(async (options) => {
    const opened = await openSources(options);
    try {
      await work(opened, options.config);
    } finally {
      await opened.close();
    }
  });
}

function adminUrlOf({ ADMIN_HOST, ADMIN_PORT }: Pick<Config, 'ADMIN_HOST' | 'ADMIN_PORT'>): string {
  const host = ADMIN_HOST === '0.0.0.0' || ADMIN_HOST === '::' ? '127.0.0.1' : ADMIN_HOST;
  return `http://${host}:${ADMIN_PORT}`;
}

function finish(isGood: boolean): void {
  process.exitCode = isGood ? 0 : 1;
}

function isTrue(flag: boolean | undefined): boolean {
  return flag === true;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is not a count.');
  return Number(text);
}

function parseRate(text: string): number {
  const [, perSecond] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text) ?? [];
  if (perSecond === undefined || Number(perSecond) <= 0)
    throw new InvalidArgumentError('It is not a rate such as 5/s.');
  return Number(perSecond);
}

function parseList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function parseFormats(text: string): string[] {
  const formats = parseList(text);
  if (formats.some((format) => formatOf(format) === undefined))
    throw new InvalidArgumentError('It is not a format.');
  return formats;
}
