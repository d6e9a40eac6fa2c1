import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Store } from '../../cache/store/contract.ts';
import type { Config } from '../config.ts';
import { purgeEdge } from '../edge/purge.ts';
import { createImaging } from '../imaging/imaging.ts';
import { createShared, type ServicesOptions } from '../stores.ts';
import { createContext } from './context.ts';
import { checkFollower } from './doctor-follower.ts';
import { type Finding, printFindings } from './finding.ts';
import { createOutput, finish, JSON_OPTION } from './output.ts';

const TIMEOUT_MS = 5_000;
const STORE_PATIENCE_MS = 1_000;
const MAX_SKEW_SECONDS = 5;
/** A tag that no answer has: purging it shows that one may, and purges nothing. */
const NO_SUCH_TAG = 'doctor/asks';

/** `pypins doctor`. */
export function define(command: Command): void {
  command.option(...JSON_OPTION).action(async ({ json = false }: { readonly json?: boolean }) => {
    const context = createContext(undefined, 'silent');
    finish(printFindings(await examine(context), json, createOutput()));
    await context.closeLog();
  });
}

/** Looks at all that the service needs. Never rejects: what cannot be looked at is a finding. */
export async function examine(options: ServicesOptions): Promise<Finding[]> {
  const { config } = options;
  const pypi = await askUpstream('PyPI', `${config.PYPI_URL}/pypi/pip/json`, config);
  // First, since it makes the folder that others look into.
  const disk = await checkDisk(config);
  const findings = await Promise.all([
    checkShared(options),
    checkFonts(config),
    askUpstream('pypistats.org', `${config.PYPISTATS_URL}/api/packages/pip/recent`, config).then(
      ({ finding }) => finding,
    ),
    ...config.VARNISH_URLS.map((url) => checkVarnish(url, config)),
  ]);
  return [checkSettings(config), disk, ...findings.flat(), pypi.finding, checkClock(pypi.response)];
}

function checkSettings({ CONTACT, VARNISH_URLS, PURGE_KEY }: Config): Finding {
  const check = 'settings';
  if (VARNISH_URLS.length > 0 && PURGE_KEY === '') {
    return {
      check,
      status: 'fail',
      detail: 'VARNISH_URLS without PURGE_KEY',
      advice: 'set PURGE_KEY to the key of the Varnish nodes',
    };
  }
  if (CONTACT === '') {
    return {
      check,
      status: 'warn',
      detail: 'CONTACT is not set',
      advice: 'set CONTACT: PyPI asks its clients to say whom to write to',
    };
  }
  return { check, status: 'ok', detail: 'fit' };
}

/** The store, and who tells of himself there. */
async function checkShared(options: ServicesOptions): Promise<Finding[]> {
  const { store, messages } = await createShared(options);
  await store.ready(STORE_PATIENCE_MS);
  const findings = [checkStore(store)];
  if (store.healthy) findings.push(await checkFollower(store));
  await messages.close();
  await store.close();
  return findings;
}

function checkStore({ tier, healthy }: Store): Finding {
  if (healthy) return { check: tier, status: 'ok', detail: 'answers' };
  const advice =
    tier === 'redis' ? 'is REDIS_URL right, and does Redis run?' : 'can CACHE_DIR be written?';
  return { check: tier, status: 'fail', detail: 'does not answer', advice };
}

async function checkDisk({ CACHE_DIR, CACHE_MAX_BYTES }: Config): Promise<Finding> {
  const check = 'disk';
  const probe = join(CACHE_DIR, `doctor-${process.pid}`);
  try {
    await mkdir(CACHE_DIR, { recursive: true });
    await writeFile(probe, 'x');
    await rm(probe);
    const { bavail, bsize } = await statfs(CACHE_DIR);
    const freeBytes = bavail * bsize;
    const detail = `${CACHE_DIR}: ${Math.round(freeBytes / 1e6)} MB free`;
    if (freeBytes > CACHE_MAX_BYTES) return { check, status: 'ok', detail };
    return {
      check,
      status: 'warn',
      detail,
      advice: 'less than CACHE_MAX_BYTES is free: lower it, or make room',
    };
  } catch (error) {
    return {
      check,
      status: 'fail',
      detail: reasonOf(error),
      advice: 'CACHE_DIR has to be a folder that can be written',
    };
  }
}

async function checkFonts({ CACHE_DIR }: Config): Promise<Finding> {
  try {
    const imaging = await createImaging({
      directory: join(CACHE_DIR, 'fonts'),
      concurrency: 1,
      queueLimit: 1,
    });
    return {
      check: 'fonts',
      status: 'ok',
      detail: `letters leave ink (renderer ${imaging.fingerprint})`,
    };
  } catch (error) {
    return {
      check: 'fonts',
      status: 'fail',
      detail: reasonOf(error),
      advice: 'install the packages anew: npm ci',
    };
  }
}

async function checkVarnish(url: string, { PURGE_KEY }: Config): Promise<Finding> {
  const check = `Varnish ${url}`;
  const [outcome] = await purgeEdge({ urls: [url], key: PURGE_KEY }, { tags: [NO_SUCH_TAG] });
  if (outcome?.failure === undefined)
    return { check, status: 'ok', detail: 'our VCL is loaded, and we may purge' };
  const advice =
    'does varnishd run with varnish/default.vcl, a listener named purge, and the same PURGE_KEY?';
  return { check, status: 'fail', detail: outcome.failure, advice };
}

interface Asked {
  readonly finding: Finding;
  readonly response: Response | undefined;
}

/** Any answer that says something is a good one; a project may well be unknown there. */
async function askUpstream(check: string, url: string, { CONTACT }: Config): Promise<Asked> {
  try {
    const headers = { 'user-agent': `pypins doctor (${CONTACT || 'contact not set'})` };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    const isGood = response.ok || response.status === 404;
    const detail = `answers ${response.status}`;
    if (isGood) return { response, finding: { check, status: 'ok', detail } };
    return {
      response,
      finding: {
        check,
        status: 'warn',
        detail,
        advice: 'badges show what is known; look again later',
      },
    };
  } catch (error) {
    const advice =
      'is the way out open, and the setting right? Badges show what is known until then';
    return {
      response: undefined,
      finding: { check, status: 'fail', detail: reasonOf(error), advice },
    };
  }
}

function checkClock(response: Response | undefined): Finding {
  const theirs = Date.parse(response?.headers.get('date') ?? '');
  if (Number.isNaN(theirs))
    return { check: 'clock', status: 'warn', detail: 'nobody to compare it with' };
  const skewSeconds = Math.round(Math.abs(Date.now() - theirs) / 1000);
  const detail = `${skewSeconds} s from PyPI's`;
  if (skewSeconds <= MAX_SKEW_SECONDS) return { check: 'clock', status: 'ok', detail };
  return {
    check: 'clock',
    status: 'fail',
    detail,
    advice: 'set the clock (NTP): ages and daily counts rest on it',
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
