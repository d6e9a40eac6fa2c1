import { BlockList, isIP } from 'node:net';
import { type Policy, type PolicyPeer, selects } from './objects.ts';

type Labels = Readonly<Record<string, string>>;

/** One end of a connection: a pod by its labels and its namespace's, or an address outside. */
export type End = { readonly name: string } & (
  { readonly pod: Labels; readonly namespace: Labels } | { readonly address: string }
);

export interface Connection {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/** The namespace of the policies. */
export const OURS: Labels = { 'kubernetes.io/metadata.name': 'pypins' };

/** Whether the policies of one end of a connection allow it; both ends have to. */
export function allows(
  direction: 'Ingress' | 'Egress',
  { from, to, port, protocol = 'TCP' }: Connection,
  policies: readonly Policy[],
): boolean {
  const [own, other] = direction === 'Ingress' ? [to, from] : [from, to];
  if ('address' in own || own.namespace !== OURS) return true;
  const ofPod = policies.filter(
    ({ spec }) => spec.policyTypes.includes(direction) && selects(spec.podSelector, own.pod),
  );
  const rules = ofPod.flatMap(({ spec }) =>
    direction === 'Ingress'
      ? spec.ingress.map((rule) => ({ peers: rule.from, ports: rule.ports }))
      : spec.egress.map((rule) => ({ peers: rule.to, ports: rule.ports })),
  );
  const isRule = rules.some(
    ({ peers, ports }) =>
      (peers === undefined || peers.some((peer) => isPeer(peer, other))) &&
      (ports === undefined ||
        ports.some((each) => each.port === port && each.protocol === protocol)),
  );
  return ofPod.length === 0 || isRule;
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
