import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Downloads } from '../projects/project.ts';
import { pageOf, type IndexEntry, type Page, SIMPLE_TYPE } from './pages.ts';
import { simpleOfRecording } from './simple-document.ts';

const PYPI_FILE = /^(?<name>[^@]+)(?:@(?<release>.+))?\.json$/;

const serialSchema = z.object({ last_serial: z.number().nullish() });
const recentSchema = z.object({
  data: z.object({ last_day: z.number(), last_week: z.number(), last_month: z.number() }),
});

interface Recording {
  readonly name: string;
  readonly release: string | undefined;
  readonly serial: number;
  readonly page: Page;
}

/**
 * Reads recorded answers as projects for the stand-in, which serves PyPI's byte for byte, and makes the Simple API's of
 * them: `pypi/<name>.json` and
 * `pypi/<name>@<release>.json`, and `pypistats/<name>.recent.json`. Without the latter, pypistats.org does not know the
 * project. Rejects if a file cannot be read or is not JSON.
 */
export async function loadRecorded(directory: string): Promise<IndexEntry[]> {
  const files = await readdir(path.join(directory, 'pypi'));
  const recordings = await Promise.all(files.map((file) => readRecording(directory, file)));
  const byName = Map.groupBy(recordings.flat(), ({ name }) => name);
  return Promise.all(Array.from(byName, ([name, pages]) => toEntry(name, pages, directory)));
}

async function toEntry(
  name: string,
  recordings: readonly Recording[],
  directory: string,
): Promise<IndexEntry> {
  const find = (release?: string) => recordings.find((each) => each.release === release)?.page;
  return {
    name,
    serial: Math.max(...recordings.map(({ serial }) => serial)),
    downloads: await readDownloads(path.join(directory, 'pypistats', `${name}.recent.json`)),
    page: () => find(),
    releasePage: find,
    simplePage: () => simplePageOf(find()),
  };
}

function simplePageOf(page: Page | undefined): Page | undefined {
  if (page === undefined) return undefined;
  const serial = Number(page.headers['x-pypi-last-serial']);
  const document = simpleOfRecording(JSON.parse(page.body.toString()), serial);
  return document && pageOf(Buffer.from(JSON.stringify(document)), serial, SIMPLE_TYPE);
}

async function readRecording(directory: string, file: string): Promise<Recording[]> {
  const { name, release } = PYPI_FILE.exec(file)?.groups ?? {};
  if (name === undefined) return [];
  const body = await readFile(path.join(directory, 'pypi', file));
  const serial = serialSchema.parse(JSON.parse(body.toString())).last_serial ?? 0;
  return [{ name, release, serial, page: pageOf(body, serial) }];
}

async function readDownloads(file: string): Promise<Downloads | null> {
  try {
    const { data } = recentSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return { day: data.last_day, week: data.last_week, month: data.last_month };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
