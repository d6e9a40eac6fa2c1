import type { Config } from '../../config.ts';
import { createEdge, type EdgeNode, nameOf } from '../../edge/nodes.ts';
import { purgeNode, verdictAt } from '../../edge/purge.ts';
import type { Finding } from './finding.ts';

/** No badge has this tag: purging it tests the permission, and purges nothing. */
const UNUSED_TAG = 'doctor/asks';
/** Needs no facts: an API process draws it whatever is down. */
const STATIC_BADGE = '/badge/doctor-asks-green.svg';

/** Checks each Varnish node that `VARNISH_URLS` means now. */
export async function checkEdge(config: Config, version: string): Promise<Finding[]> {
  const { nodes, key } = createEdge(config);
  return Promise.all((await nodes()).map((node) => checkNode(node, key, version)));
}

/** Checks a Varnish node: that it takes purges, runs the rules of this version, and reaches an API process. */
async function checkNode(node: EdgeNode, key: string, version: string): Promise<Finding> {
  const check = `Varnish ${nameOf(node)}`;
  const { failure, rules = 'another version' } = await purgeNode(key, node, { tags: [UNUSED_TAG] });
  if (failure !== undefined)
    return { check, status: 'fail', detail: failure, advice: adviceOf(failure, node) };
  const verdict = await verdictAt(key, node, STATIC_BADGE).catch(() => 'nothing');
  if (verdict !== 'ok') {
    return {
      check,
      status: 'fail',
      detail: `takes purges, but answers ${verdict} for a badge`,
      advice:
        'Check that the API processes run where its backends.vcl says: varnishadm backend.list.',
    };
  }
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

function adviceOf(failure: string, { url }: EdgeNode): string {
  if (failure.startsWith('refuses'))
    return 'Give both the same PURGE_KEY, restart varnishd, and add this address to `acl purgers`.';
  if (/ENOTFOUND|EAI_AGAIN/.test(failure)) return 'Check the name in VARNISH_URLS.';
  if (failure.startsWith('does not answer'))
    return url.startsWith('https:')
      ? 'Name it with http: in VARNISH_URLS, unless a proxy with TLS is in front of it.'
      : 'Check that varnishd runs, and listens there: -a purge=127.0.0.1:6085,HTTP.';
  return 'Name the purge listener of varnishd (-a purge=…) in VARNISH_URLS; it needs the rules of pypins.';
}
