import type { Config } from '../../config.ts';
import { purgeEdge } from '../../edge/purge.ts';
import type { Finding } from './finding.ts';

const TIMEOUT_MS = 3_000;
/** No badge has this tag: purging it tests the permission, and purges nothing. */
const UNUSED_TAG = 'doctor/asks';
/** Needs no facts: an API process draws it whatever is down. */
const STATIC_BADGE = '/badge/doctor-asks-green.svg';

/** Checks a Varnish node: that it takes purges, runs the rules of this version, and reaches an API process. */
export async function checkEdge(
  url: string,
  { PURGE_KEY }: Config,
  version: string,
): Promise<Finding> {
  const check = `Varnish ${url}`;
  const [outcome] = await purgeEdge({ urls: [url], key: PURGE_KEY }, { tags: [UNUSED_TAG] });
  if (outcome?.failure !== undefined) {
    const advice = adviceOf(outcome.failure);
    return { check, status: 'fail', detail: outcome.failure, advice };
  }
  const verdict = await askForBadge(url, PURGE_KEY);
  if (verdict !== 'ok') {
    return {
      check,
      status: 'fail',
      detail: `takes purges, but answers ${verdict} for a badge`,
      advice:
        'Check that the API processes run where its backends.vcl says: varnishadm backend.list.',
    };
  }
  const rules = outcome?.rules ?? 'another version';
  if (rules !== version) {
    return {
      check,
      status: 'warn',
      detail: `serves badges and takes purges by the rules of ${rules}, and this is ${version}`,
      advice: 'Load the new rules: see "Load new VCL" in deploy/README.md.',
    };
  }
  return { check, status: 'ok', detail: `serves badges and takes purges (rules of ${version})` };
}

/** Has the node fetch a badge; returns its `X-Badge-Status`, or the reason why there is none. */
async function askForBadge(url: string, key: string): Promise<string> {
  try {
    const response = await fetch(url + STATIC_BADGE, {
      headers: { 'x-purge-key': key },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.headers.get('x-badge-status') ?? `${response.status}`;
  } catch {
    return 'nothing';
  }
}

function adviceOf(failure: string): string {
  if (failure.startsWith('refuses'))
    return 'Give both the same PURGE_KEY, restart varnishd, and add this address to `acl purgers`.';
  if (failure.startsWith('does not answer'))
    return 'Check that varnishd listens there: -a purge=127.0.0.1:6085,HTTP.';
  return 'Load varnish/default.vcl of pypins into varnishd, and name its purge listener: -a purge=….';
}
