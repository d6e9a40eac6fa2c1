import { readConfig } from '../../../../src/config.ts';
import { type Objects, ofKind, selects, type Workload, workloadsOf } from './objects.ts';
import { allows, type Connection, type End, OURS } from './policies.ts';
import { dataOf, environmentOf, portIn, workloadBehind } from './references.ts';
import { isOurs } from './settings.ts';

const DNS: End = {
  name: 'DNS',
  pod: { 'k8s-app': 'kube-dns' },
  namespace: { 'kubernetes.io/metadata.name': 'kube-system' },
};
const INGRESS: End = { name: 'ingress', pod: {}, namespace: { 'pypins-access': 'ingress' } };
const MONITORING: End = {
  name: 'monitoring',
  pod: {},
  namespace: { 'pypins-access': 'monitoring' },
};
const WORLD: End = { name: 'the world', address: '151.101.0.223' };
const WORLD_6: End = { name: 'the world by IPv6', address: '2a04:4e42::223' };
const CACHE_OF_NAMES: End = { name: 'the cache of names', address: '169.254.20.10' };
const OTHERS: readonly End[] = [
  { name: 'another pod of pypins', pod: {}, namespace: OURS },
  { name: 'another namespace', pod: { app: 'api', 'k8s-app': 'kube-dns' }, namespace: {} },
  { name: 'kube-system', pod: {}, namespace: DNS.namespace },
  ...[
    '10.1.2.3',
    '100.64.1.2',
    '169.254.169.254',
    '172.16.1.2',
    '192.168.1.2',
    'fd00::1',
    'fe80::1',
  ].map((address) => ({ name: address, address })),
];

/** Returns the connections that the service needs and the policies forbid, and those that they allow without need. */
export function networkFaults(objects: Objects): string[] {
  const needs = neededBy(objects);
  if (typeof needs === 'string') return [needs];
  const policies = ofKind(objects, 'NetworkPolicy');
  const isNeeded = new Set(needs.map(describe));
  const pods = workloadsOf(objects).map(endOf);
  // The last one is of no program.
  const ports = [53, ...new Set(needs.map(({ port }) => port)), 9];
  const outside = [INGRESS, MONITORING, WORLD, WORLD_6, DNS, CACHE_OF_NAMES, ...OTHERS];
  const excess = pods
    .flatMap((pod) => [...pods, ...outside].map((other) => [pod, other] as const))
    .flatMap(([pod, other]) =>
      ports.flatMap((port) => [
        { direction: 'Egress' as const, connection: { from: pod, to: other, port } },
        { direction: 'Ingress' as const, connection: { from: other, to: pod, port } },
      ]),
    )
    .filter(({ connection }) => !isNeeded.has(describe(connection)))
    .filter(({ direction, connection }) => allows(direction, connection, policies));
  const denial = policies.find(
    ({ spec }) => selects(spec.podSelector, {}) && spec.ingress.length + spec.egress.length === 0,
  );
  return [
    ...(denial?.spec.policyTypes.length === 2 ? [] : ['no policy denies all by default']),
    ...needs
      .filter((each) => !allows('Egress', each, policies) || !allows('Ingress', each, policies))
      .map((connection) => `forbidden: ${describe(connection)}`),
    ...excess.map(
      ({ direction, connection }) => `allowed without need: ${describe(connection)} (${direction})`,
    ),
    ...policies.flatMap(({ metadata, spec }) =>
      workloadsOf(objects).some((each) =>
        selects(spec.podSelector, each.spec.template.metadata.labels),
      )
        ? []
        : [`policy ${metadata.name}: for no pod`],
    ),
  ];
}

/** The connections by the settings, the site of Varnish, the Ingress and the probes; or what names no Service. */
function neededBy(objects: Objects): Connection[] | string {
  const found: Connection[] = [];
  const unknown: string[] = [];
  const add = (from: End, host: string, port: number): void => {
    const service = ofKind(objects, 'Service').find(({ metadata }) => metadata.name === host);
    const own = service?.spec.ports.find((each) => each.port === port);
    const workload = service && workloadBehind(service, objects);
    const target = workload && own && portIn(workload.spec.template, own.targetPort);
    if (workload === undefined || target === undefined)
      unknown.push(`${from.name}: no Service ${host} with port ${port}`);
    else found.push({ from, to: endOf(workload), port: target });
  };
  for (const workload of workloadsOf(objects)) {
    const from = endOf(workload);
    for (const to of [DNS, CACHE_OF_NAMES])
      found.push({ from, to, port: 53 }, { from, to, port: 53, protocol: 'UDP' });
    for (const container of workload.spec.template.spec.containers) {
      const backends = backendsOf(container.command, objects);
      if (container.command[0] === 'varnishd' && backends.length === 0)
        unknown.push('Varnish has no backends');
      for (const [host, port] of backends) add(from, host, port);
      if (!isOurs(container)) continue;
      const config = readConfig(environmentOf(container, objects));
      found.push({ from, to: WORLD, port: 443 }, { from, to: WORLD_6, port: 443 });
      for (const url of [config.REDIS_URL, ...config.VARNISH_URLS].filter(Boolean))
        add(from, new URL(url).hostname, Number(new URL(url).port));
      const admin = portIn(workload.spec.template, 'admin') ?? 0;
      found.push({ from: MONITORING, to: from, port: admin });
    }
  }
  add(INGRESS, 'varnish', 8000);
  for (const { name, port } of ingressBackends(objects)) {
    const service = ofKind(objects, 'Service').find(({ metadata }) => metadata.name === name);
    add(INGRESS, name, service?.spec.ports.find((each) => each.name === port.name)?.port ?? 0);
  }
  return unknown.length === 0 ? found : unknown.join('; ');
}

function ingressBackends(objects: Objects): { name: string; port: { name: string } }[] {
  const rules = ofKind(objects, 'Ingress').flatMap(({ spec }) => spec.rules);
  return rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service));
}

/** Host and port of each backend of the site that a varnishd has. */
function backendsOf([program]: readonly string[], objects: Objects): [string, number][] {
  if (program !== 'varnishd') return [];
  const site = ofKind(objects, 'ConfigMap').find(({ data }) => data['backends.vcl']);
  const vcl = dataOf(objects, 'ConfigMap', site?.metadata.name)?.['backends.vcl'] ?? '';
  return [...vcl.matchAll(/\.host = "([^"]+)";\s*\.port = "(\d+)"/g)].map(([, host = '', port]) => [
    host,
    Number(port),
  ]);
}

function endOf({ metadata, spec }: Workload): End {
  return { name: metadata.name, pod: spec.template.metadata.labels, namespace: OURS };
}

function describe({ from, to, port, protocol = 'TCP' }: Connection): string {
  return `${from.name} to ${to.name}, ${protocol} ${port}`;
}
