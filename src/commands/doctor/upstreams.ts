import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { parseJson } from '../../parse-json.ts';
import { readBody } from '../../upstream/body.ts';
import { reasonOf } from '../output.ts';
import type { Finding } from './finding.ts';

const TIMEOUT_MS = 5_000;
const MAX_SKEW_SECONDS = 5;
/** A project that every index has, the sample too. */
const PROJECT = 'requests';

const pypiSchema = z.object({ info: z.object({ name: z.string(), version: z.string() }) });
const pypistatsSchema = z.object({ data: z.object({ last_day: z.number() }) });

/** Another clock, and ours when its time arrived, in milliseconds. Undefined: the answer had no date. */
export interface ClockReading {
  readonly theirsMs: number | undefined;
  readonly oursMs: number;
}

/** Checks that PyPI, or the index in its place, answers as PyPI; also reads its clock. */
export async function checkPypi(
  config: Config,
): Promise<{ finding: Finding; clock: ClockReading | undefined }> {
  const url = `${config.PYPI_URL}/pypi/${PROJECT}/json`;
  return checkUpstream({ check: 'PyPI', setting: 'PYPI_URL', url, schema: pypiSchema }, config);
}

/** Checks that pypistats.org answers as itself. */
export async function checkPypistats(config: Config): Promise<Finding> {
  const url = `${config.PYPISTATS_URL}/api/packages/${PROJECT}/recent`;
  const upstream = { check: 'pypistats.org', setting: 'PYPISTATS_URL', url };
  return (await checkUpstream({ ...upstream, schema: pypistatsSchema }, config)).finding;
}

interface Upstream {
  readonly check: string;
  /** Name of the setting with its URL. */
  readonly setting: string;
  readonly url: string;
  readonly schema: z.ZodType;
}

async function checkUpstream(
  { check, setting, url, schema }: Upstream,
  { CONTACT, UPSTREAM_MAX_BYTES }: Config,
): Promise<{ finding: Finding; clock: ClockReading | undefined }> {
  try {
    const headers = { 'user-agent': `pypins doctor (${CONTACT || 'contact not set'})` };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    // Now: the body, and other checks, take seconds.
    const clock = { theirsMs: timeOf(response.headers), oursMs: Date.now() };
    const text = response.ok ? await textOf(response, UPSTREAM_MAX_BYTES) : '';
    return { clock, finding: { check, ...findingOf(response.status, text, { setting, schema }) } };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const detail = isLate ? `does not answer within ${TIMEOUT_MS / 1000} s` : reasonOf(error);
    const advice = `Check the network, and ${setting}. Badges show stale facts meanwhile.`;
    return { clock: undefined, finding: { check, status: 'fail', detail, advice } };
  }
}

/** A cache in between tells in `Age` how old the date is. */
function timeOf(headers: Headers): number | undefined {
  const dateMs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs + Number(headers.get('age') ?? 0) * 1000;
}

async function textOf({ body }: Response, maxBytes: number): Promise<string> {
  const limits = { maxBytes, maxKeptBytes: maxBytes, isJson: true, leaveOut: 'releases' };
  return readBody(Readable.from(buffersOf(body ?? [])), limits);
}

async function* buffersOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

function findingOf(
  status: number,
  text: string,
  { setting, schema }: Pick<Upstream, 'setting' | 'schema'>,
): Omit<Finding, 'check'> {
  if (status === 404) {
    return {
      status: 'warn',
      detail: `has no project ${PROJECT}`,
      advice: `Check ${setting}, unless this is an index without it.`,
    };
  }
  if (status !== 200) {
    const advice = 'Badges show stale facts until it recovers. Check again later.';
    return { status: 'warn', detail: `answers ${status}`, advice };
  }
  if (parseJson(schema, text) !== undefined) return { status: 'ok', detail: 'answers' };
  const advice = `Check ${setting}: its URL belongs to another service, or a proxy answers.`;
  return { status: 'fail', detail: 'answers, but with something else', advice };
}

/** Compares our clock with PyPI's. */
export function checkClock(reading: ClockReading | undefined): Finding {
  const check = 'clock';
  if (reading?.theirsMs === undefined) {
    const reason = reading === undefined ? 'does not answer' : 'sends no date';
    const advice = 'Compare it by hand: date -u.';
    return { check, status: 'warn', detail: `cannot be compared: PyPI ${reason}`, advice };
  }
  const skewSeconds = Math.round(Math.abs(reading.oursMs - reading.theirsMs) / 1000);
  const detail = `differs from PyPI's by ${skewSeconds} s`;
  if (skewSeconds <= MAX_SKEW_SECONDS) return { check, status: 'ok', detail };
  const advice = 'Synchronize the clock (NTP): ages and daily counts depend on it.';
  return { check, status: 'fail', detail, advice };
}
