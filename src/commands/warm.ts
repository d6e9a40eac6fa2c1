import { hash } from 'node:crypto';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../errors.ts';
import { formatOf } from '../http/urls/paths.ts';
import { Agent } from '../upstream/agent.ts';
import { createContext } from './context.ts';
import { createOutput, finish, JSON_OPTION, type Output, reasonOf } from './output.ts';
import { checkUrls } from './urls.ts';
import { listPaths, TOP_LIST_URL, type WarmSources } from './warm-list.ts';

const TIMEOUT_MS = 10_000;
const THROUGH = 'http://127.0.0.1:8000';
/** `X-Cache` of a hit at the edge. */
const EDGE_HIT = /^(?:hit|stale)/i;

export type WarmOutcome = 'warm' | 'fetched' | 'unknown' | 'failed';
/** Counts of paths; `left`: not requested, because the command was interrupted. */
export type WarmSummary = Record<WarmOutcome | 'skipped' | 'left', number>;

export interface WarmOptions {
  readonly paths: readonly string[];
  /** URL of the edge. */
  readonly through: string;
  readonly perSecond: number;
  /** Directory for the paths that are done, so that an interrupted run can continue. */
  readonly stateDirectory: string;
  readonly output: Output;
  /** Ends the run after the current request. */
  readonly signal?: AbortSignal;
}

interface WarmFlags extends Omit<WarmSources, 'names'> {
  readonly rate: number;
  readonly through: string;
  readonly json?: boolean;
}

/** `pypins warm`. */
export function define(command: Command): void {
  command
    .argument('[names...]', 'projects')
    .option('--file <file>', 'file with one project per line')
    .option('--top <count>', 'number of the most downloaded projects', parseCount)
    .option('--top-list <file or URL>', 'list of the most downloaded projects', TOP_LIST_URL)
    .option('--from-log <file>', 'access log whose GET requests are repeated')
    .option('--kinds <kinds>', 'kinds, separated by commas', parseList, ['version'])
    .option('--formats <formats>', 'formats, separated by commas', parseFormats, ['svg'])
    .option('--pypi-base-url <url>', 'another index, for the projects (default: PyPI)')
    .option('--rate <rate>', 'requests per second, such as 5/s', parseRate, 5)
    .option('--through <url>', 'URL of the edge', THROUGH)
    .option(...JSON_OPTION)
    .action(runWarm);
}

async function runWarm(names: string[], flags: WarmFlags): Promise<void> {
  const output = createOutput();
  const [through = ''] = checkUrls([flags.through], THROUGH);
  const { config } = createContext(undefined, { level: 'silent' });
  const { paths, invalid } = await listPaths({ ...flags, names });
  for (const name of invalid) output.note(`${name}: not a valid project name`);
  if (paths.length === 0)
    throw new UsageError('nothing to warm: give names, --file, --top or --from-log');
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort());
  const counts = await warm({
    paths,
    through,
    perSecond: flags.rate,
    stateDirectory: config.CACHE_DIR,
    output,
    signal: interrupt.signal,
  });
  const summary = { ...counts, invalid: invalid.length };
  output.line(flags.json ? JSON.stringify(summary) : lineOf(summary));
  if (counts.failed + counts.left > 0) output.note('run the same command again for the rest');
  const isAnyThere = counts.warm + counts.fetched + counts.skipped > 0;
  if (!isAnyThere) output.note('nothing was warmed');
  finish(isAnyThere && counts.failed + counts.left + invalid.length === 0);
}

function lineOf(summary: Readonly<Record<string, number>>): string {
  return Object.entries(summary)
    .map(([outcome, count]) => `${outcome} ${count}`)
    .join(', ');
}

/** Requests every path from the edge, at a limited rate. A run with the same paths continues an interrupted one. */
export async function warm(options: WarmOptions): Promise<WarmSummary> {
  const { paths, through, perSecond, output, signal } = options;
  const summary: WarmSummary = { warm: 0, fetched: 0, unknown: 0, failed: 0, skipped: 0, left: 0 };
  const state = await openState(options);
  const agent = new Agent({ connections: 8 });
  const startedAtMs = performance.now();
  let requested = 0;
  for (const path of paths) {
    if (state.done.has(path)) {
      summary.skipped += 1;
      continue;
    }
    const dueAtMs = startedAtMs + (requested * 1000) / perSecond;
    await sleep(Math.max(0, dueAtMs - performance.now()), undefined, { signal }).catch(() => {});
    if (signal?.aborted === true) {
      summary.left += 1;
      continue;
    }
    requested += 1;
    const { outcome, reason } = await warmOne(agent, through, path);
    summary[outcome] += 1;
    if (reason !== undefined) output.note(`${path}: ${reason}`);
    if (outcome !== 'failed') await state.add(path);
    output.progress(`${requested + summary.skipped}/${paths.length} ${path}`);
  }
  output.progress('');
  await agent.close();
  if (summary.failed + summary.left === 0) await state.remove();
  return summary;
}

async function warmOne(
  agent: Agent,
  through: string,
  path: string,
): Promise<{ readonly outcome: WarmOutcome; readonly reason?: string }> {
  try {
    const { statusCode, headers, body } = await agent.request({
      origin: through,
      path,
      method: 'GET',
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    await body.dump();
    const verdict = String(headers['x-badge-status']);
    if (verdict === 'not-found' || verdict === 'invalid')
      return { outcome: 'unknown', reason: verdict };
    if (statusCode !== 200 || verdict !== 'ok')
      return { outcome: 'failed', reason: `answered ${statusCode}, ${verdict}` };
    return { outcome: EDGE_HIT.test(String(headers['x-cache'])) ? 'warm' : 'fetched' };
  } catch (error) {
    return { outcome: 'failed', reason: reasonOf(error) };
  }
}

interface WarmState {
  readonly done: ReadonlySet<string>;
  readonly add: (path: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Opens the progress of an interrupted run. If it cannot be stored, the run continues, and the next one starts anew. */
async function openState(options: WarmOptions): Promise<WarmState> {
  const { paths, through, stateDirectory, output } = options;
  const name = hash('sha256', JSON.stringify([through, paths])).slice(0, 16);
  const file = join(stateDirectory, `warm-${name}.txt`);
  let isKept = true;
  const giveUp = (error: unknown): void => {
    if (isKept) output.note(`an interrupted run cannot be continued: ${reasonOf(error)}`);
    isKept = false;
  };
  await mkdir(stateDirectory, { recursive: true }).catch(giveUp);
  const text = await readFile(file, 'utf8').catch(() => '');
  return {
    done: new Set(text.split('\n').filter(Boolean)),
    add: async (path) => (isKept ? appendFile(file, `${path}\n`).catch(giveUp) : undefined),
    remove: () => rm(file, { force: true }).catch(giveUp),
  };
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Not a positive integer.');
  return Number(text);
}

function parseRate(text: string): number {
  const [, perSecond] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text) ?? [];
  if (perSecond === undefined || Number(perSecond) <= 0)
    throw new InvalidArgumentError('Not a rate such as 5/s.');
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
    throw new InvalidArgumentError('Not a format.');
  return formats;
}
