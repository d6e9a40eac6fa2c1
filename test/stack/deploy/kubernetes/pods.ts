import { CONNECTION_DEADLINES } from '../../../../src/deadlines.ts';
import { type ComposeService, readCompose } from '../deployed.ts';
import { type Objects, ofKind, workloadsOf } from './objects.ts';
import type { Container, Pod } from './pod-schema.ts';

/** An image by name, perhaps with a version, and digest. */
const BY_DIGEST = /^[a-z\d./-]+(?::\d+\.\d+\.\d+[\w.-]*)?@sha256:[\da-f]{64}$/;
const { services } = readCompose();
/** What is killed meanwhile breaks off what it serves. */
const STOP_SECONDS = 3;
const OUR_STOP_SECONDS = CONNECTION_DEADLINES.stopMs / 1000 + STOP_SECONDS;
const LONGEST_STOP_SECONDS = 60;
const MEBIBYTE = 1024 * 1024;
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
    [
      spec.terminationGracePeriodSeconds >= Math.max(...spec.containers.map(stopSecondsOf)),
      'is killed before it has stopped',
    ],
    [spec.terminationGracePeriodSeconds <= LONGEST_STOP_SECONDS, 'may take long to stop'],
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
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext;
  return unless([
    [allowPrivilegeEscalation === false, 'may gain rights'],
    [readOnlyRootFilesystem === true, 'can write to its image'],
    [capabilities?.drop.includes('ALL'), 'has capabilities'],
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
/** Where each program writes, and the least number of MiB; settings.ts has that of CACHE_DIR. */
const WRITTEN: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '/app/bin/pypins': { '/tmp': 16, '/var/cache/pypins': 0 },
  // The log that is shared in memory, and the compiled VCL.
  varnishd: { '/tmp': 8, '/var/lib/varnish': 128 },
  'redis-server': { '/data': 8 },
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
  return Object.entries(WRITTEN[program] ?? {}).flatMap(([path, least]) => {
    const mount = volumeMounts.find(({ mountPath }) => mountPath === path);
    const volume = spec.volumes.find(({ name }) => name === mount?.name);
    return unless([
      [
        (volume?.emptyDir ?? volume?.persistentVolumeClaim) && mount?.readOnly === false,
        `cannot write to ${path}`,
      ],
      [
        volume?.emptyDir === undefined || bytesOf(volume.emptyDir.sizeLimit) >= least * MEBIBYTE,
        `${path} is smaller than ${least} MiB`,
      ],
      // The log of Varnish is written to all the time.
      [
        path !== '/var/lib/varnish' || volume?.emptyDir?.medium === 'Memory',
        `${path} is on a disk`,
      ],
    ]);
  });
}

function sizesOf({ resources }: Container, { spec }: Pod): string[] {
  const { requests = {}, limits = {} } = resources;
  const memory = bytesOf(limits.memory);
  const requested = bytesOf(requests.memory);
  const cores = coresOf(requests.cpu);
  const sizeOf = (medium: 'Memory' | undefined): number =>
    spec.volumes
      .filter(({ emptyDir }) => emptyDir?.medium === medium)
      .reduce((sum, { emptyDir }) => sum + bytesOf(emptyDir?.sizeLimit), 0);
  return unless([
    [memory > 0, 'has no limit of memory'],
    [requested <= memory, 'requests more memory than its limit'],
    [requested >= memory / 4, 'requests less than a quarter of the memory that it may take'],
    [cores >= 0.05 && cores <= 1, 'requests so little CPU that it gets none, or more than a core'],
    [limits.cpu === undefined, 'has a limit of CPU, which makes it slow under load'],
    [sizeOf('Memory') <= memory / 4, 'its files in memory take more than a quarter of it'],
    [
      bytesOf(requests['ephemeral-storage']) <= sizeOf(undefined),
      'requests more disk than its volumes have',
    ],
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
    [bytesOf(container.resources.limits?.memory) === bytesOf(memory), `not limited to ${memory}`],
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

function coresOf(quantity: string | number | undefined): number {
  const [, number = '', unit = ''] = /^([\d.]+)(m?)$/.exec(`${quantity ?? 0}`) ?? [];
  return Number(number) / (unit === '' ? 1 : 1000);
}

function stopSecondsOf({ command, lifecycle }: Container): number {
  const seconds = command[0] === '/app/bin/pypins' ? OUR_STOP_SECONDS : STOP_SECONDS;
  return (lifecycle?.preStop.sleep.seconds ?? 0) + seconds;
}

type Wish = readonly [holds: unknown, fault: string];

/** The faults of the wishes that do not hold. */
export function unless(wishes: readonly Wish[]): string[] {
  return wishes.filter(([holds]) => !holds).map(([, fault]) => fault);
}
