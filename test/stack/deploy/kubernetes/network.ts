import { BlockList, isIP } from 'node:net';
import { readConfig } from '../../../../src/config.ts';
import {
  type Objects,
  ofKind,
  type Policy,
  type PolicyPeer,
  selects,
  type Workload,
  workloadsOf,
} from './objects.ts';
import { dataOf, environmentOf, portIn, workloadBehind } from './references.ts';
import { isOurs } from './settings.ts';

type Labels = Readonly<Record<string, string>>;
/** One end of a connection: a pod by its labels and its namespace's, or an address outside. */
type End = { readonly name: string } & (
  { readonly pod: Labels; readonly namespace: Labels } | { readonly address: string }
);
interface Connection {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

const OURS: Labels = { 'kubernetes.io/metadata.name': 'pypins' };
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
const NEIGHBOR: End = { name: 'another namespace', pod: { app: 'api' }, namespace: {} };
const WORLD: End = { name: 'the world', address: '151.101.0.223' };
const WORLD_6: End = { name: 'the world by IPv6', address: '2a04:4e42::223' };
const METADATA: End = { name: 'the cloud’s metadata', address: '169.254.169.254' };
const PRIVATE: End = { name: 'a private address', address: '10.1.2.3' };

/** Returns the connections that the service needs and the policies forbid, and those that they allow without need. */
export function networkFaults(objects: Objects): string[] {
  const needs = neededBy(objects);
  if (typeof needs === 'string') return [needs];
  const policies = ofKind(objects, 'NetworkPolicy');
  const isNeeded = new Set(needs.map(describe));
  const pods = workloadsOf(objects).map(endOf);
  const ports = [53, 80, ...new Set(needs.map(({ port }) => port))];
  const outside = [INGRESS, MONITORING, NEIGHBOR, WORLD, WORLD_6, METADATA, PRIVATE, DNS];
  const others = [...pods, ...outside]
    .flatMap((from) => [...pods, ...outside].map((to) => ({ from, to })))
    .filter(({ from, to }) => pods.includes(from) || pods.includes(to))
    .flatMap(({ from, to }) => ports.map((port): Connection => ({ from, to, port })))
    .filter((connection) => !isNeeded.has(describe(connection)));
  const denial = policies.find(
    ({ spec }) => selects(spec.podSelector, {}) && spec.ingress.length + spec.egress.length === 0,
  );
  return [
    ...(denial?.spec.policyTypes.length === 2 ? [] : ['no policy denies all by default']),
    ...needs
      .filter((connection) => !isAllowed(connection, policies))
      .map((connection) => `forbidden: ${describe(connection)}`),
    ...others
      .filter((connection) => isAllowed(connection, policies))
      .map((connection) => `allowed without need: ${describe(connection)}`),
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
    found.push({ from, to: DNS, port: 53 }, { from, to: DNS, port: 53, protocol: 'UDP' });
    for (const container of workload.spec.template.spec.containers) {
      for (const [host, port] of backendsOf(container.command, objects)) add(from, host, port);
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
  return unknown.length === 0 ? found : unknown.join('; ');
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

function isAllowed(connection: Connection, policies: readonly Policy[]): boolean {
  const { from, to, port, protocol = 'TCP' } = connection;
  const allows = (direction: 'Ingress' | 'Egress'): boolean => {
    const [own, other] = direction === 'Ingress' ? [to, from] : [from, to];
    const ofPod = policies.filter(
      ({ spec }) =>
        'pod' in own &&
        own.namespace === OURS &&
        spec.policyTypes.includes(direction) &&
        selects(spec.podSelector, own.pod),
    );
    const rules = ofPod.flatMap(({ spec }) =>
      direction === 'Ingress'
        ? spec.ingress.map((rule) => ({ peers: rule.from, ports: rule.ports }))
        : spec.egress.map((rule) => ({ peers: rule.to, ports: rule.ports })),
    );
    return (
      ofPod.length === 0 ||
      rules.some(
        ({ peers, ports }) =>
          (peers === undefined || peers.some((peer) => isPeer(peer, other))) &&
          (ports === undefined ||
            ports.some((each) => each.port === port && each.protocol === protocol)),
      )
    );
  };
  return allows('Egress') && allows('Ingress');
}

/** Without a namespaceSelector, pods of the policy's own namespace. */
function isPeer({ podSelector, namespaceSelector, ipBlock }: PolicyPeer, end: End): boolean {
  if ('address' in end) {
    if (ipBlock === undefined) return false;
    return isWithin(end.address, [ipBlock.cidr]) && !isWithin(end.address, ipBlock.except);
  }
  if (ipBlock !== undefined) return false;
  const isNamespace =
    namespaceSelector === undefined
      ? end.namespace === OURS
      : selects(namespaceSelector, end.namespace);
  return isNamespace && selects(podSelector ?? {}, end.pod);
}

function isWithin(address: string, ranges: readonly string[]): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    // An IPv4 address is within ::/0, too.
    if (isIP(network) === isIP(address)) list.addSubnet(network, Number(bits), familyOf(network));
  }
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
