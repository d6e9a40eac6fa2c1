import { type Objects, ofKind, workloadsOf } from './objects.ts';
import type { Pod } from './pod-schema.ts';
import { environmentOf } from './references.ts';
import { isOurs } from './settings.ts';

/** Returns what has to be the same in two places, and is not. */
export function agreementFaults(objects: Objects): string[] {
  const pods = workloadsOf(objects).map(({ spec }) => spec.template);
  const containers = pods.flatMap(({ spec }) => spec.containers);
  const ours = containers.filter(isOurs);
  const differ = (values: readonly (string | undefined)[]): boolean =>
    new Set(values.filter((value) => value !== undefined)).size > 1;
  const environments = containers.map((container) => environmentOf(container, objects));
  const valuesOf = (name: string): (string | undefined)[] =>
    environments.map((environment) => environment[name]);
  const hosts = ofKind(objects, 'Ingress').flatMap(({ spec }) =>
    spec.rules.map(({ host }) => host),
  );
  const publicUrls = ours.map((each) => environmentOf(each, objects)['PUBLIC_URL'] ?? '');
  const faults: Readonly<Record<string, boolean>> = {
    'keys for purges differ': differ(valuesOf('PURGE_KEY')),
    'passwords of Redis differ': differ(environments.map(passwordOf)),
    'our pods have different images': differ(ours.map(({ image }) => image)),
    'TRUSTED_PROXIES and the addresses that Varnish trusts differ': differ([
      ...valuesOf('TRUSTED_PROXIES').map((ranges) => ranges?.split(',').toSorted().join()),
      rangesOf('trusted_proxies', objects),
      rangesOf('purgers', objects),
    ]),
    'their stores differ': differ(
      pods.filter(({ spec }) => spec.containers.some(isOurs)).map((pod) => storeOf(pod, objects)),
    ),
    'PUBLIC_URL is not that of the Ingress': differ([
      ...publicUrls,
      ...hosts.map((host) => `https://${host}`),
    ]),
  };
  return Object.keys(faults).filter((fault) => faults[fault] === true);
}

function passwordOf(environment: Readonly<Record<string, string>>): string | undefined {
  const { REDIS_PASSWORD: own, REDIS_URL: url } = environment;
  return own ?? (url === undefined ? undefined : URL.parse(url)?.password);
}

/** The URL of Redis; without one, the file in a claim. */
function storeOf({ spec }: Pod, objects: Objects): string {
  const [container] = spec.containers;
  if (container === undefined) return '';
  const { REDIS_URL: url, CACHE_DIR: folder } = environmentOf(container, objects);
  const claims = spec.volumes.map(({ persistentVolumeClaim: claim }) => claim?.claimName ?? '');
  return url ?? `${claims.join('')} ${folder}`;
}

/** The ranges of an ACL of Varnish but its own machine's, as in TRUSTED_PROXIES, in order. */
function rangesOf(acl: string, objects: Objects): string {
  const vcl = ofKind(objects, 'ConfigMap').map(({ data }) => data['backends.vcl'] ?? '');
  const [, list = ''] = new RegExp(`acl ${acl} \\{([^}]*)\\}`).exec(vcl.join('')) ?? [];
  const ranges = [...list.matchAll(/"([^"]+)"\/(\d+);/g)].map(([, net, bits]) => `${net}/${bits}`);
  return ranges
    .filter((range) => range !== '127.0.0.0/8')
    .toSorted()
    .join();
}
