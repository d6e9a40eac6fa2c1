import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { EDGE_ARGUMENTS } from '../../../stack/edge.ts';
import { makeTempDirectory } from '../../support/temp.ts';
import { isMissing } from '../../support/programs.ts';
import { commandOf, findMissing, readCompose, ROOT, runTool } from './deployed.ts';

const UNITS = join(ROOT, 'deploy/systemd');
const service = readFileSync(join(UNITS, 'pypins@.service'), 'utf8');
const follower = readFileSync(join(UNITS, 'pypins-follow.service'), 'utf8');
const dropIn = readFileSync(join(UNITS, 'varnish.service.d/pypins.conf'), 'utf8');
const commandIn = (unit: string): string =>
  /^ExecStart=(\/.*)$/m.exec(unit.replace(/\\\n\s*/g, ''))?.[1] ?? '';

describe.skipIf(isMissing('systemd-analyze', 'varnishd', 'haproxy'))('systemd', () => {
  let units: string;
  // The units as they are installed, but with the project where it is: systemd looks whether programs are there.
  beforeAll(async () => {
    const { path, remove } = await makeTempDirectory();
    units = path;
    cpSync(UNITS, units, { recursive: true });
    for (const name of [
      'pypins@.service',
      'pypins-follow.service',
      'varnish.service.d/pypins.conf',
      'varnishncsa.service.d/pypins.conf',
    ]) {
      const text = readFileSync(join(UNITS, name), 'utf8');
      writeFileSync(join(units, name), text.replaceAll('/opt/pypins', ROOT));
    }
    // Debian's own, which the drop-ins are for.
    for (const name of ['varnish.service', 'varnishncsa.service', 'haproxy.service'])
      cpSync(`/lib/systemd/system/${name}`, join(units, name));
    return remove;
  });

  test.each([
    'pypins@8080.socket',
    'pypins@8080.service',
    'pypins@8082.service',
    'pypins-follow.service',
    'varnish.service',
    'varnishncsa.service',
    'haproxy.service',
    'var-lib-varnish.mount',
  ])('systemd takes %s, without a word', async (unit) => {
    const args = ['verify', '--man=no', join(units, unit)];
    const env = { SYSTEMD_UNIT_PATH: `${units}:` };
    expect(await runTool('systemd-analyze', args, { env })).toBe('');
  });

  test.each(['pypins@8080.service', 'pypins-follow.service'])(
    '%s is confined: at most 2.0 of 10 by systemd’s own measure',
    async (name) => {
      const args = ['security', '--offline=true', '--no-pager', '--threshold=20'];
      const unit = join(units, name);
      const words = await runTool('systemd-analyze', [...args, unit]);
      expect(words).toContain(`Overall exposure level for ${name}`);
    },
  );
});

test('the file for each unit is there, and no other', () => {
  expect(readdirSync(UNITS).toSorted()).toEqual([
    'haproxy.service.d',
    'pypins-follow.service',
    'pypins@.service',
    'pypins@.socket',
    'var-lib-varnish.mount',
    'varnish.service.d',
    'varnishncsa.service.d',
  ]);
});

describe('a process of the API', () => {
  test('is the program of the image, and so is the follower', () => {
    const [program = '', ...words] = commandIn(service).split(' ');
    expect(findMissing([program.replace('/opt/pypins/', '')])).toEqual([]);
    expect(words).toEqual(commandOf('CMD').slice(1));
    expect(commandIn(follower)).toBe(commandIn(service).replace(/ serve$/, ' follow'));
  });

  test('listens where Varnish looks for it', () => {
    const local = readFileSync(join(ROOT, 'varnish/backends/local/backends.vcl'), 'utf8');
    const ports = [...local.matchAll(/\.port = "(\d+)"/g)].map(([, port]) => port);
    const [, wants = ''] = /^Wants=(.*)$/m.exec(dropIn) ?? [];
    expect(wants.split(' ')).toEqual(ports.map((port) => `pypins@${port}.service`));
  });
});

describe('Varnish', () => {
  const command = commandIn(dropIn);

  test('has files that are there', () => {
    const paths = [...command.matchAll(/\/opt\/pypins\/(\S+)/g)].map(([, path = '']) => path);
    expect(paths).toEqual(['varnish/default.vcl', 'varnish/backends/local']);
    expect(findMissing(paths)).toEqual([]);
  });

  test('is sized as in a container and as in make stack', () => {
    const sizes = (line: string): string[] =>
      [...line.matchAll(/-[sp] (?!vcl_path)(\S+)/g)].map(([, value = '']) => value).toSorted();
    const container = readCompose().services['varnish']?.command?.join(' ') ?? '';
    expect(sizes(command)).toEqual(sizes(container));
    for (const value of sizes(EDGE_ARGUMENTS.join(' '))) expect(sizes(command)).toContain(value);
  });

  test('hears purges on this machine only', () => {
    expect(command).toContain('-a purge=${PURGE_ADDRESS},HTTP');
    expect(dropIn).toContain('\nEnvironment=PURGE_ADDRESS=127.0.0.1:6085\n');
  });
});
