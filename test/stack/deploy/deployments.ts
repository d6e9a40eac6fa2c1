import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeNode } from '../../../stack/describe-parts.ts';
import { makeTempDirectory } from '../../support/temp.ts';
import { readCompose, ROOT } from './deployed.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns each way to deploy with the environment of a process that serves badges, whose edge is on this machine. */
export async function readDeployments(): Promise<[name: string, environment: Environment][]> {
  return [
    ['systemd', readUnit()],
    ['Docker Compose', readService()],
    ['make stack', await describeStack()],
    ['Kubernetes', readManifests()],
  ];
}

/** The unit's own variables, and over them the file that deploy/README.md writes. */
function readUnit(): Environment {
  const unit = readFileSync(join(ROOT, 'deploy/systemd/pypins@.service'), 'utf8');
  const own = [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)];
  const readme = readFileSync(join(ROOT, 'deploy/README.md'), 'utf8');
  const [, file = ''] = /pypins\.env <<END\n([^]*?)\nEND\n/.exec(readme) ?? [];
  const values = file.replace(/\$\(.*\)/, 'given');
  const given = [...values.matchAll(/^(\w+)=(.*)$/gm)];
  return Object.fromEntries([...own, ...given].map(([, name = '', value = '']) => [name, value]));
}

/** The service's variables; Varnish's address becomes this machine's. */
function readService(): Environment {
  const { api1, varnish } = readCompose().services;
  const address = varnish?.networks['inside']?.ipv4_address ?? '';
  const entries = Object.entries(api1?.environment ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, substitute(value).replaceAll(address, '127.0.0.1')]),
  );
}

/** As Compose does, with `given` for a variable that must be set. */
function substitute(value: string): string {
  return value.replace(/\$\{\w+:([-?])([^}]*)\}/g, (_, sign: string, rest: string) =>
    sign === '-' ? rest : 'given',
  );
}

/** The settings of the manifests; the network of the pods becomes this machine. */
function readManifests(): Environment {
  const file = readFileSync(join(ROOT, 'deploy/kubernetes/base/settings.env'), 'utf8');
  const given = [...file.matchAll(/^(\w+)=(.*)$/gm)];
  return {
    ...Object.fromEntries(given.map(([, name = '', value = '']) => [name, value])),
    TRUSTED_PROXIES: given
      .find(([, name]) => name === 'TRUSTED_PROXIES')?.[2]
      ?.replace('10.0.0.0', '127.0.0.0'),
    PURGE_KEY: 'given',
  };
}

async function describeStack(): Promise<Environment> {
  const { path, remove } = await makeTempDirectory();
  const port = 1;
  const ports = {
    EDGE_PORT: port,
    PURGE_PORT: port,
    API1_PORT: port,
    API1_ADMIN_PORT: port,
    API2_PORT: port,
    API2_ADMIN_PORT: port,
    FOLLOW_ADMIN_PORT: port,
    REDIS_PORT: port,
    SAMPLE_PORT: port,
  };
  const node = await describeNode({ ports, purgeKey: 'given', environment: {} }, path, 1);
  await remove();
  return node.settings;
}
