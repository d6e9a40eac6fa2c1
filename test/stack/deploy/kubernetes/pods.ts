import { type ComposeService, readCompose } from '../deployed.ts';
import { type Objects, ofKind, workloadsOf } from './objects.ts';
import type { Container, Pod } from './pod-schema.ts';

/** An image by name, perhaps with a version, and digest. */
const BY_DIGEST = /^[a-z\d./-]+(?::\d+\.\d+\.\d+[\w.-]*)?@sha256:[\da-f]{64}$/;
const { services } = readCompose();
/** What is killed meanwhile breaks off what it serves. */
const STOP_SECONDS = 3;
const LONGEST_SLEEP_SECONDS = 10;
/** `kubectl apply` keeps a copy of each object in an annotation of at most 256 KiB. */
const MAX_DATA_BYTES = 200 * 1024;

/** Returns what a pod may that it need not, what has no limit, and what differs from docker-compose.yml without need. */
export function podFaults(objects: Objects): string[] {
  const ofWorkloads = workloadsOf(objects).flatMap(({ metadata: { name }, spec: { template } }) => {
    const service = services[name] ?? services['api1'];
    const ofContainers = template.spec.containers.flatMap((container) => [
      ...rightsOfContainer(container),
      ...probesOf(container),
      ...sizesOf(container, template),
      ...writesOf(container, template),
      ...differencesFrom(service, container, template),
    ]);
    return rightsOf(template)
      .concat(ofContainers)
      .map((fault) => `${name}: ${fault}`);
  });
  const tooLarge = ofKind(objects, 'ConfigMap')
    .filter(({ data }) => JSON.stringify(data).length > MAX_DATA_BYTES)
    .map(({ metadata }) => `${metadata.name}: larger than an apply may be`);
  return [...ofWorkloads, ...policyOfPods(objects), ...tooLarge];
}

/** The restricted profile of Kubernetes' Pod Security Standards, a read-only file system, and no access to its API. */
function rightsOf({ spec }: Pod): string[] {
  const { runAsNonRoot, runAsUser = 0, seccompProfile } = spec.securityContext;
  return unless([
    [runAsNonRoot === true && runAsUser > 0, 'may run as root'],
    [seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
    [!spec.automountServiceAccountToken, 'has a token of Kubernetes’ API'],
    [!spec.enableServiceLinks, 'has variables of all services'],
    [!spec.hostNetwork, 'is on the network of its node'],
    [
      spec.terminationGracePeriodSeconds >= sleepOf(spec.containers) + STOP_SECONDS,
      'is killed before it has stopped',
    ],
    ...spec.volumes.map((volume): Wish => [
      volume.emptyDir === undefined || volume.emptyDir.sizeLimit !== undefined,
      `${volume.name} has no limit`,
    ]),
    ...spec.volumes.map((volume): Wish => [
      Boolean(volume.emptyDir ?? volume.configMap ?? volume.persistentVolumeClaim),
      `${volume.name} is of a kind that is not restricted`,
    ]),
  ]);
}

function rightsOfContainer({ securityContext, image, command }: Container): string[] {
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, privileged, capabilities } =
    securityContext;
  return unless([
    [allowPrivilegeEscalation === false && privileged !== true, 'may gain rights'],
    [readOnlyRootFilesystem === true, 'can write to its image'],
    [capabilities?.drop?.includes('ALL') && !capabilities.add?.length, 'has capabilities'],
    [BY_DIGEST.test(image), `its image is not named by digest: ${image}`],
    [command.length > 0, 'has no command'],
  ]);
}

/** How each program is probed: at its start, for its readiness, for its life. */
const PROBES: Readonly<Record<string, string>> = {
  '/app/bin/pypins': '/readyz /readyz /healthz',
  varnishd: '/badge/edge-ready-green.svg /badge/edge-ready-green.svg varnishadm ping',
  'redis-server': 'redis-cli -e ping redis-cli -e ping redis-cli -e ping',
};
/** Where each program writes. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  '/app/bin/pypins': ['/tmp', '/var/cache/pypins'],
  varnishd: ['/tmp', '/var/lib/varnish'],
  'redis-server': ['/data'],
};

function probesOf({ startupProbe, readinessProbe, livenessProbe, command }: Container): string[] {
  const probes = [startupProbe, readinessProbe, livenessProbe]
    .map((probe) => probe?.httpGet?.path ?? probe?.exec?.command.join(' '))
    .join(' ');
  const wanted = PROBES[command[0] ?? ''];
  return unless([[probes === wanted, `is not probed by ${wanted}, but by ${probes}`]]);
}

function writesOf({ volumeMounts, command }: Container, { spec }: Pod): string[] {
  const [program = ''] = command;
  return (WRITTEN[program] ?? []).flatMap((path) => {
    const mount = volumeMounts.find(({ mountPath }) => mountPath === path);
    const volume = spec.volumes.find(({ name }) => name === mount?.name);
    return unless([
      [volume?.emptyDir ?? volume?.persistentVolumeClaim, `cannot write to ${path}`],
      // The log of Varnish is written to all the time.
      [
        path !== '/var/lib/varnish' || volume?.emptyDir?.medium === 'Memory',
        `${path} is on a disk`,
      ],
    ]);
  });
}

function sizesOf({ resources, volumeMounts, lifecycle }: Container, { spec }: Pod): string[] {
  const { requests = {}, limits = {} } = resources;
  const seconds = lifecycle?.preStop.sleep.seconds ?? 0;
  const memory = bytesOf(limits['memory']);
  const inMemory = spec.volumes.filter(
    ({ name, emptyDir }) =>
      emptyDir?.medium === 'Memory' && volumeMounts.some((mount) => mount.name === name),
  );
  const held = inMemory.reduce((sum, { emptyDir }) => sum + bytesOf(emptyDir?.sizeLimit), 0);
  return unless([
    [memory > 0, 'has no limit of memory'],
    [bytesOf(requests['memory']) <= memory, 'requests more memory than its limit'],
    [requests['cpu'] !== undefined && requests['memory'] !== undefined, 'requests nothing'],
    [limits['cpu'] === undefined, 'has a limit of CPU, which makes it slow under load'],
    [held <= memory / 4, 'its files in memory take more than a quarter of it'],
    [seconds <= LONGEST_SLEEP_SECONDS, 'sleeps for long before it stops'],
  ]);
}

/** One product: the same image, user, memory and arguments as where it is tested. */
function differencesFrom(
  service: ComposeService | undefined,
  container: Container,
  pod: Pod,
): string[] {
  if (service === undefined) return ['is not in docker-compose.yml'];
  const { image, command = [], mem_limit: memory, user = '1000:1000' } = service;
  const { runAsUser, runAsGroup, fsGroup } = pod.spec.securityContext;
  const isOurs = service.build !== undefined;
  const wanted = commandOf(command).join(' ');
  return unless([
    [isOurs || container.image === image, `not the image ${image}`],
    [`${runAsUser}:${runAsGroup}` === user, `does not run as ${user}`],
    [fsGroup === runAsGroup, 'its volumes have another group'],
    [
      bytesOf(container.resources.limits?.['memory']) === bytesOf(memory),
      `not limited to ${memory}`,
    ],
    [isOurs || container.command.join(' ') === wanted, `its command is not: ${wanted}`],
  ]);
}

/** Only the ingress connects to Varnish, and keeps its connections; Redis asks for its password. */
function commandOf(command: readonly string[]): string[] {
  const proxied = command.findIndex((word) => word.startsWith('proxied='));
  return command
    .filter((_, place) => proxied < 0 || (place !== proxied && place !== proxied - 1))
    .map((word) => word.replace('backends/compose', 'backends/kubernetes'))
    .map((word) => (word === 'timeout_idle=5' ? 'timeout_idle=60' : word))
    .concat(command[0] === 'redis-server' ? ['--requirepass', '$(REDIS_PASSWORD)'] : []);
}

function policyOfPods(objects: Objects): string[] {
  const [namespace] = ofKind(objects, 'Namespace');
  const level = namespace?.metadata.labels['pod-security.kubernetes.io/enforce'];
  return level === 'restricted' ? [] : [`pods of the namespace are not restricted: ${level}`];
}

/** Bytes of a quantity as Kubernetes and Compose write them: 512Mi, 2Gi, 512m, 1g. */
export function bytesOf(quantity: string | number | undefined): number {
  const [, number = '', unit = ''] = /^(\d+)([KMGkmg]?)i?$/.exec(`${quantity ?? 0}`) ?? [];
  const power = ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase());
  return number === '' ? Number.NaN : Number(number) * 1024 ** power;
}

function sleepOf(containers: readonly Container[]): number {
  return Math.max(...containers.map(({ lifecycle }) => lifecycle?.preStop.sleep.seconds ?? 0));
}

type Wish = readonly [holds: unknown, fault: string];

/** The faults of the wishes that do not hold. */
export function unless(wishes: readonly Wish[]): string[] {
  return wishes.filter(([holds]) => !holds).map(([, fault]) => fault);
}
