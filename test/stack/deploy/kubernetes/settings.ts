import { ADMIN_ADDRESS } from '../../../../src/admin-address.ts';
import { readConfig, settingsSchema } from '../../../../src/config.ts';
import { type Objects, ofKind, workloadsOf } from './objects.ts';
import type { Container, Pod } from './pod-schema.ts';
import { bytesOf, unless } from './pods.ts';
import { environmentOf } from './references.ts';

const REDIS_PORT = 6379;
const MOST_DRAWINGS = 4;
/** Secrets, which a ConfigMap would show. */
const SECRETS = ['PURGE_KEY', 'REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD', 'REDIS_URL'];
/** Variables of other programs' and their meanings: Varnish's rules, redis-server's arguments, redis-cli. */
const OTHERS = new Set([
  'PURGE_KEY',
  'LIMIT_BURST',
  'LIMIT_PER_SECOND',
  'REDIS_PASSWORD',
  'REDISCLI_AUTH',
]);

/** Returns settings that do not exist or that the programs would refuse, and what does not fit to them. */
export function settingFaults(objects: Objects): string[] {
  const shown = ofKind(objects, 'ConfigMap').flatMap(({ metadata, data }) =>
    SECRETS.filter((name) => name in data).map((name) => `${metadata.name} shows ${name}`),
  );
  const ofContainers = workloadsOf(objects).flatMap(({ metadata, spec }) =>
    spec.template.spec.containers.flatMap((container) => {
      const environment = environmentOf(container, objects);
      return [
        ...(isOurs(container)
          ? ofPypins(environment, container, spec.template, objects)
          : ofOther(environment, container)),
        ...ofPorts(container, environment),
      ].map((fault) => `${metadata.name}: ${fault}`);
    }),
  );
  return [...shown, ...ofContainers];
}

export const isOurs = ({ command }: Container): boolean => command[0] === '/app/bin/pypins';

/** The ports that the program of a container listens on, by the names that the manifests give them. */
export function listeningPorts(
  { command }: Container,
  environment: Readonly<Record<string, string>>,
): Record<string, number> {
  const [program = '', word = ''] = command;
  if (program === 'varnishd') {
    const listeners = command.flatMap((each) => [...each.matchAll(/^(\w+)=:(\d+),/g)]);
    return Object.fromEntries(
      listeners.map(([, name = '', port]) => [name === 'public' ? 'http' : name, Number(port)]),
    );
  }
  if (program === 'redis-server') return { redis: REDIS_PORT };
  const port = (name: 'PORT' | 'ADMIN_PORT' | 'FOLLOW_ADMIN_PORT'): number =>
    Number(environment[name] || { PORT: 8080, ...ADMIN_ADDRESS }[name]);
  return word === 'follow'
    ? { admin: port('FOLLOW_ADMIN_PORT') }
    : { http: port('PORT'), admin: port('ADMIN_PORT') };
}

function ofPorts(container: Container, environment: Readonly<Record<string, string>>): string[] {
  const listening = listeningPorts(container, environment);
  const declared = Object.fromEntries(
    container.ports.map(({ name, containerPort }) => [name, containerPort]),
  );
  const [is, should] = [declared, listening].map((ports) =>
    Object.entries(ports)
      .map(([name, port]) => `${name} ${port}`)
      .toSorted()
      .join(', '),
  );
  return unless([[is === should, `has ports ${is}, and listens on ${should}`]]);
}

function ofPypins(
  environment: Readonly<Record<string, string>>,
  { command, volumeMounts, resources }: Container,
  { spec }: Pod,
  objects: Objects,
): string[] {
  const [, word = ''] = command;
  const unknown = Object.keys(environment).filter((name) => !(name in settingsSchema.shape));
  const config = attempt(() => readConfig(environment, { servesBadges: word === 'serve' }));
  if (typeof config === 'string') return [config];
  const mount = volumeMounts.find(({ mountPath }) => config.CACHE_DIR.startsWith(`${mountPath}/`));
  const volume = spec.volumes.find(({ name }) => name === mount?.name);
  const claim = ofKind(objects, 'PersistentVolumeClaim').find(
    ({ metadata }) => metadata.name === volume?.persistentVolumeClaim?.claimName,
  );
  const memory = bytesOf(resources.limits?.memory);
  const room = volume?.emptyDir?.sizeLimit ?? claim?.spec.resources.requests.storage;
  return [
    ...unknown.map((name) => `${name} is no setting`),
    ...unless([
      [
        ['serve', 'follow'].includes(word) && command.length === 2,
        `no command: ${command.join(' ')}`,
      ],
      [config.ADMIN_HOST === '0.0.0.0', 'probes do not reach its admin port'],
      [config.HOST === '0.0.0.0', 'Varnish does not reach its port'],
      [config.PURGE_KEY !== '', 'has no key for purges'],
      [config.VARNISH_URLS.length > 0, 'knows no Varnish'],
      [
        environment['DRAWING_CONCURRENCY'] && config.DRAWING_CONCURRENCY <= MOST_DRAWINGS,
        'draws as much at once as its node has cores, or more than its memory is for',
      ],
      [
        Math.max(config.MEMORY_MAX_BYTES, config.UPSTREAM_MAX_BYTES) <= memory / 8,
        'may hold more than an eighth of its memory',
      ],
      [volume, 'CACHE_DIR is not in a volume of its own, below where it is mounted'],
      [
        bytesOf(room) >= 1.5 * config.CACHE_MAX_BYTES,
        'CACHE_DIR may be larger than its volume, by which a pod is evicted',
      ],
    ]),
  ];
}

function ofOther(environment: Readonly<Record<string, string>>, { command }: Container): string[] {
  const used = command.flatMap((word) => [...word.matchAll(/\$\((\w+)\)/g)]);
  return [
    ...Object.keys(environment)
      .filter((name) => !OTHERS.has(name))
      .map((name) => `${name} is no setting`),
    ...used
      .filter(([, name = '']) => !(name in environment))
      .map(([, name]) => `its command needs ${name}`),
    ...unless([
      [command[0] !== 'varnishd' || environment['PURGE_KEY'], 'has no key for purges'],
      [command[0] !== 'redis-server' || command.includes('--requirepass'), 'asks for no password'],
      [
        environment['REDISCLI_AUTH'] === environment['REDIS_PASSWORD'],
        'its probes have another password',
      ],
    ]),
  ];
}

function attempt<T extends object>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
