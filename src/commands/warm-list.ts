import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { findKind } from '../badges/catalog.ts';
import { CommandError, UsageError } from '../errors.ts';
import { normalizeName } from '../facts/names.ts';
import { parseJson } from '../parse-json.ts';
import { reasonOf } from './output.ts';

/** The 15,000 most downloaded projects, from hugovk/top-pypi-packages. */
export const TOP_LIST_URL = 'https://hugovk.github.io/top-pypi-packages/top-pypi-packages.min.json';
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

const topSchema = z.object({ rows: z.array(z.object({ project: z.string() })) });

/** Sources of the badges to warm. */
export interface WarmSources {
  readonly names: readonly string[];
  /** File with one name per line. */
  readonly file?: string | undefined;
  /** Number of the most downloaded projects. */
  readonly top?: number | undefined;
  /** File or URL of their list. */
  readonly topList: string;
  /** Access log in a common format; its GETs are warmed as they are. */
  readonly fromLog?: string | undefined;
  readonly kinds: readonly string[];
  readonly formats: readonly string[];
  /** Index of the projects; undefined: PyPI. */
  readonly pypiBaseUrl?: string | undefined;
}

/** What to warm, and the names among it that no project can have. */
export interface WarmList {
  readonly paths: readonly string[];
  readonly invalid: readonly string[];
}

/** Returns the paths to warm, each once, in the order of their sources. Rejects if a source cannot be read. */
export async function listPaths(sources: WarmSources): Promise<WarmList> {
  for (const kind of sources.kinds) {
    if (findKind('pypip', kind) === undefined) throw new UsageError(`there is no kind ${kind}`);
  }
  const names = [
    ...sources.names,
    ...(sources.file === undefined ? [] : linesOf(await readFile(sources.file, 'utf8'))),
    ...(sources.top === undefined ? [] : await readTop(sources.topList, sources.top)),
  ];
  const invalid = names.filter((name) => normalizeName(name) === undefined);
  const projects = names.map((name) => normalizeName(name)).filter((name) => name !== undefined);
  const { pypiBaseUrl } = sources;
  const query = pypiBaseUrl === undefined ? '' : `?pypiBaseUrl=${encodeURIComponent(pypiBaseUrl)}`;
  const paths = projects.flatMap((project) =>
    sources.kinds.flatMap((kind) =>
      sources.formats.map((format) => `/${kind}/${project}/badge.${format}${query}`),
    ),
  );
  const logged =
    sources.fromLog === undefined ? [] : pathsOfLog(await readFile(sources.fromLog, 'utf8'));
  return { paths: [...new Set([...paths, ...logged])], invalid };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * The GETs in a log of pypins, of the edge (`deploy/systemd/varnishncsa.service.d`), or in a common format of Varnish,
 * HAProxy, nginx or Apache. With HTTP/2, and at Varnish, their URLs are absolute.
 */
function pathsOfLog(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/"method":"(?!GET")/.test(line))
    .map((line) => /"(?:GET |path":"|url":")(?:https?:\/\/[^\s"/]+)?(\/[^\s"]*)/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

async function readTop(list: string, top: number): Promise<string[]> {
  const text = /^https?:/.test(list) ? await download(list) : await readFile(list, 'utf8');
  const parsed = parseJson(topSchema, text);
  if (parsed === undefined) throw new UsageError(`${list} is not a list such as ${TOP_LIST_URL}`);
  return parsed.rows.slice(0, top).map(({ project }) => project);
}

async function download(url: string): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw new CommandError(`${url} does not answer: ${reasonOf(error)}`);
  });
  if (!response.ok) throw new CommandError(`${url} answers ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_LIST_BYTES) throw new CommandError(`${url} is too long`);
  return text;
}
