import type { Command } from 'commander';
import { compareCounts } from '../downloads/compare.ts';
import { dayOf } from '../downloads/days.ts';
import { LoadError } from '../downloads/load/load-error.ts';
import { openLoader } from '../downloads/load/open-loader.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { OpenedSources } from '../facts/sources.ts';
import { openSources, type ServicesOptions } from '../services.ts';
import { createContext } from './context.ts';
import { createOutput, inColumns, type Output } from './output.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const COMPARED = 200;

/** `pypins downloads load` and `pypins downloads compare`. */
export function define(command: Command): void {
  command
    .command('load')
    .description('load the counts of all projects from ClickHouse now, or go on with a load')
    .option('--date <day>', 'the last day to count (default: the last whole day of ClickHouse)')
    .action(({ date }: { readonly date?: string }) => {
      checkDay(date);
      return withSources((opened, options) => runLoad(opened, options, date));
    });
  command
    .command('compare')
    .description('compare counts of the load with pypistats.org, before using them')
    .option('--projects <number>', 'how many projects, of all sizes', String(COMPARED))
    .action(({ projects }: { readonly projects: string }) => {
      const count = readCount(projects);
      return withSources((opened) => runCompare(opened, count, createOutput()));
    });
}

/** Throws a `UsageError` for what is no day before today (UTC). */
function checkDay(day: string | undefined): void {
  if (day === undefined) return;
  const isDay = DAY.test(day) && !Number.isNaN(Date.parse(day)) && dayOf(Date.parse(day)) === day;
  if (!isDay || day >= dayOf(Date.now()))
    throw new UsageError('--date: must be a day before today, such as 2026-11-28');
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError('--projects: must be a number from 1 to 9999');
}

async function withSources(
  work: (opened: OpenedSources, options: ServicesOptions) => Promise<void>,
): Promise<void> {
  const context = createContext();
  const { config, closeLog } = context;
  if (config.DOWNLOADS_SOURCE !== 'clickhouse')
    throw new UsageError('set DOWNLOADS_SOURCE=clickhouse: without it, there is no load');
  const opened = await openSources(context);
  try {
    await work(opened, context);
  } finally {
    await opened.close();
    await closeLog();
  }
}

async function runLoad(
  { store }: OpenedSources,
  options: ServicesOptions,
  day: string | undefined,
): Promise<void> {
  const { loader, clickhouse } = openLoader({ ...options, store });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  const output = createOutput();
  try {
    const result = await loader.load(stop.signal, day);
    if (result.state === 'held') throw new CommandError('another process is loading');
    output.line(
      result.state === 'published'
        ? `${result.load.projects} projects, up to ${result.load.day}`
        : 'ClickHouse has no new day',
    );
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    throw new CommandError(`${error.message}. The next load goes on from here.`);
  } finally {
    await clickhouse.close();
  }
}

async function runCompare(opened: OpenedSources, count: number, output: Output): Promise<void> {
  const { loaded, downloads } = opened.sources;
  if (loaded === undefined) return;
  const rows = await compareCounts(loaded, downloads, count, (done) =>
    output.progress(`${done} of ${count}`),
  );
  if (rows === undefined)
    throw new CommandError('there is no load: run `pypins downloads load` first');
  output.progress('');
  const table = rows.map(({ project, ours, theirs }) => [
    project,
    `${ours.lastMonth}`,
    theirs === undefined ? 'unknown' : `${theirs.lastMonth}`,
    theirs === undefined ? '' : ratioOf(ours.lastMonth, theirs.lastMonth),
  ]);
  const head = ['project', 'load', 'pypistats.org', 'ratio'];
  for (const line of inColumns([head, ...table])) output.line(line);
}

function ratioOf(ours: number, theirs: number): string {
  return theirs === 0 ? '' : (ours / theirs).toFixed(3);
}
