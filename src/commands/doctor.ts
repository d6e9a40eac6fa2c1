import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Store } from '../../cache/store/contract.ts';
import { type Config, proxyFaults } from '../config.ts';
import { purgeEdge } from '../edge/purge.ts';
import { createImaging } from '../imaging/imaging.ts';
import { openShared, type ServicesOptions } from '../services.ts';
import { createContext } from './context.ts';
import { checkFollower } from './doctor-follower.ts';
import { type Finding, printFindings } from './finding.ts';
import { createOutput, finish, JSON_OPTION } from './output.ts';

const TIMEOUT_MS = 5_000;
const STORE_PATIENCE_MS = 1_000;
const MAX_SKEW_SECONDS = 5;
/** No badge has this tag: purging it tests the permission, and purges nothing. */
const UNUSED_TAG = 'doctor/asks';

/** `pypins doctor`. */
export function define(command: Command): void {
  command.option(...JSON_OPTION).action(async ({ json = false }: { readonly json?: boolean }) => {
    const context = createContext(undefined, { level: 'silent' });
    finish(printFindings(await examine(context), json, createOutput()));
    await context.closeLog();
  });
}

/** Checks everything that the service needs. Never rejects: a check that fails is a finding. */
export async function examine(options: ServicesOptions): Promise<Finding[]> {
  const { config } = options;
  const pypi = await checkUpstream('PyPI', `${config.PYPI_URL}/pypi/pip/json`, config);
  // First, because it creates the directory that other checks use.
  const disk = await checkDisk(config);
  const findings = await Promise.all([
    checkShared(options),
    checkFonts(config),
    checkUpstream('pypistats.org', `${config.PYPISTATS_URL}/api/packages/pip/recent`, config).then(
      ({ finding }) => finding,
    ),
    ...config.VARNISH_URLS.map((url) => checkVarnish(url, config)),
  ]);
  return [checkSettings(config), disk, ...findings.flat(), pypi.finding, checkClock(pypi.response)];
}

function checkSettings(config: Config): Finding {
  const { CONTACT, VARNISH_URLS, PURGE_KEY } = config;
  const check = 'settings';
  if (VARNISH_URLS.length > 0 && PURGE_KEY === '') {
    return {
      check,
      status: 'fail',
      detail: 'VARNISH_URLS without PURGE_KEY',
      advice: 'set PURGE_KEY to the key of the Varnish nodes',
    };
  }
  const [fault] = proxyFaults(config);
  if (fault !== undefined) {
    const [detail = '', advice = ''] = fault.split('; ');
    return { check, status: 'fail', detail, advice };
  }
  if (CONTACT === '') {
    return {
      check,
      status: 'warn',
      detail: 'CONTACT is not set',
      advice: 'set CONTACT: PyPI asks clients for a contact address',
    };
  }
  return { check, status: 'ok', detail: 'valid' };
}

/** Checks the store, and the follower by its reports there. */
async function checkShared(options: ServicesOptions): Promise<Finding[]> {
  const { store, messages } = await openShared(options);
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
    tier === 'redis' ? 'check REDIS_URL, and that Redis runs' : 'check that CACHE_DIR is writable';
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
      advice: 'less than CACHE_MAX_BYTES is free: lower it, or free some space',
    };
  } catch (error) {
    return {
      check,
      status: 'fail',
      detail: reasonOf(error),
      advice: 'CACHE_DIR must be a writable directory',
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
      detail: `letters are drawn (renderer ${imaging.fingerprint})`,
    };
  } catch (error) {
    return {
      check: 'fonts',
      status: 'fail',
      detail: reasonOf(error),
      advice: 'reinstall the packages: npm ci',
    };
  }
}

async function checkVarnish(url: string, { PURGE_KEY }: Config): Promise<Finding> {
  const check = `Varnish ${url}`;
  const [outcome] = await purgeEdge({ urls: [url], key: PURGE_KEY }, { tags: [UNUSED_TAG] });
  if (outcome?.failure === undefined)
    return { check, status: 'ok', detail: 'the VCL is loaded, and purging is permitted' };
  const advice =
    'check that varnishd uses varnish/default.vcl, a listener named purge, and the same PURGE_KEY';
  return { check, status: 'fail', detail: outcome.failure, advice };
}

interface UpstreamCheck {
  readonly finding: Finding;
  readonly response: Response | undefined;
}

/** A 404 is fine, too: a private index may not have the project. */
async function checkUpstream(
  check: string,
  url: string,
  { CONTACT }: Config,
): Promise<UpstreamCheck> {
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
        advice: 'badges show stale facts until it recovers; check again later',
      },
    };
  } catch (error) {
    const advice = 'check the network and the setting; badges show stale facts until then';
    return {
      response: undefined,
      finding: { check, status: 'fail', detail: reasonOf(error), advice },
    };
  }
}

function checkClock(response: Response | undefined): Finding {
  const theirs = Date.parse(response?.headers.get('date') ?? '');
  if (Number.isNaN(theirs))
    return { check: 'clock', status: 'warn', detail: 'cannot be compared: PyPI sends no date' };
  const skewSeconds = Math.round(Math.abs(Date.now() - theirs) / 1000);
  const detail = `differs from PyPI's by ${skewSeconds} s`;
  if (skewSeconds <= MAX_SKEW_SECONDS) return { check: 'clock', status: 'ok', detail };
  return {
    check: 'clock',
    status: 'fail',
    detail,
    advice: 'synchronize the clock (NTP): ages and daily counts depend on it',
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
