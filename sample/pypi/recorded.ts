import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { etagOf, type IndexEntry, type Page } from './pages.ts';
import type { Downloads } from '../projects/project.ts';

const PYPI_FILE = /^(?<name>[^@]+)(?:@(?<release>.+))?\.json$/;

const serialSchema = z.object({ last_serial: z.number().nullish() });
const headersSchema = z.object({ headers: z.record(z.string(), z.string()) });
const recentSchema = z.object({
  data: z.object({ last_day: z.number(), last_week: z.number(), last_month: z.number() }),
});

interface Recording {
  readonly name: string;
  readonly release: string | undefined;
  readonly page: Page;
}

/**
 * Recorded answers as projects for the stand-in, PyPI's byte for byte: `pypi/<name>.json` and `pypi/<name>@<release>.json`,
 * with the ETag and the serial of `headers/pypi/<the same>.json` where that exists, and `pypistats/<name>.recent.json`.
 * A project without recorded downloads is unknown to pypistats.org. Rejects when a file cannot be read or is not JSON.
 */
export async function loadRecorded(directory: string): Promise<IndexEntry[]> {
  const files = await readdir(path.join(directory, 'pypi'));
  const recordings = await Promise.all(files.map((file) => readRecording(directory, file)));
  const byName = Map.groupBy(recordings.flat(), ({ name }) => name);
  return Promise.all(Array.from(byName, ([name, pages]) => toEntry(name, pages, directory)));
}

/**
 * One project as it was recorded at successive serials, the oldest first: `pypi-timeline/<name>/<serial>.json`. Rejects as
 * `loadRecorded` does.
 */
export async function loadTimeline(directory: string, name: string): Promise<IndexEntry[]> {
  const folder = path.join(directory, 'pypi-timeline', name);
  const files = await readdir(folder);
  const bodies = await Promise.all(files.map((file) => readFile(path.join(folder, file))));
  const entries = bodies.map((body) => {
    const page: Page = { headers: headersOf(body), body };
    return toEntry(name, [{ name, release: undefined, page }], directory);
  });
  return (await Promise.all(entries)).toSorted((one, other) => one.serial - other.serial);
}

async function toEntry(
  name: string,
  recordings: readonly Recording[],
  directory: string,
): Promise<IndexEntry> {
  const find = (release?: string) => recordings.find((each) => each.release === release)?.page;
  const serials = recordings.map(({ page }) => Number(page.headers['x-pypi-last-serial'] ?? 0));
  return {
    name,
    serial: Math.max(...serials),
    downloads: await readDownloads(path.join(directory, 'pypistats', `${name}.recent.json`)),
    page: () => find(),
    releasePage: find,
  };
}

async function readRecording(directory: string, file: string): Promise<Recording[]> {
  const { name, release } = PYPI_FILE.exec(file)?.groups ?? {};
  if (name === undefined) return [];
  const body = await readFile(path.join(directory, 'pypi', file));
  const recorded = await readHeaders(path.join(directory, 'headers', 'pypi', `${file}.json`));
  return [{ name, release, page: { headers: headersOf(body, recorded), body } }];
}

/** Without recorded headers, those that PyPI would have sent. The PyPI of 2016 sent no ETag. */
function headersOf(body: Buffer, recorded?: Record<string, string>): Record<string, string> {
  const { last_serial } = serialSchema.parse(JSON.parse(body.toString()));
  const etag = recorded ? recorded['etag'] : etagOf(body);
  const serial = recorded?.['x-pypi-last-serial'] ?? last_serial?.toString();
  return {
    'content-type': recorded?.['content-type'] ?? 'application/json',
    'cache-control': recorded?.['cache-control'] ?? 'max-age=900, public',
    ...(etag !== undefined && { etag }),
    ...(serial !== undefined && { 'x-pypi-last-serial': serial }),
  };
}

async function readHeaders(file: string): Promise<Record<string, string> | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const { headers } = headersSchema.parse(JSON.parse(text));
  return Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]),
  );
}

async function readDownloads(file: string): Promise<Downloads | null> {
  const text = await readIfThere(file);
  if (text === undefined) return null;
  const { data } = recentSchema.parse(JSON.parse(text));
  return { day: data.last_day, week: data.last_week, month: data.last_month };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
