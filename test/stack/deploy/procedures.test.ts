import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { listPaths } from '../../../src/commands/warm-list.ts';
import { purgeNode } from '../../../src/edge/purge.ts';
import { describeEdge } from '../../../stack/edge.ts';
import { createPart } from '../../../stack/part.ts';
import { isMissing } from '../../support/programs.ts';
import { freePort } from '../../support/redis/redis.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { readCompose, ROOT, runTool } from './deployed.ts';
import { blocksOf, createMachine, type Machine } from './document.ts';

/*
 * The procedures of deploy/README.md, run from its own code blocks. What needs systemd, packages or a network is noted
 * instead of done: `systemctl` by its calls.
 */

const RESTARTS = ['pypins@8080', 'pypins@8082', 'pypins-follow'].map(
  (unit) => `systemctl restart ${unit}`,
);
const DOCTOR = 'pypins doctor http://127.0.0.1:18080 http://127.0.0.1:18082';

/** A repository with the files of today as two versions. */
async function makeRepository(): Promise<string> {
  const repository = await tempDirectoryForTest();
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd: repository,
    });
  const tracked = ['--others', '--exclude-standard', 'deploy', 'varnish', 'bin'];
  const files = execFileSync('git', ['ls-files', '-z', '--cached', ...tracked], { cwd: ROOT });
  execFileSync('sh', ['-c', `tar c --null -T - | tar x -C '${repository}'`], {
    cwd: ROOT,
    input: files,
  });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'all');
  git('tag', `v${manifest.version}`);
  git('tag', 'v9.9.9');
  return repository;
}

let machine: Machine;
let REPOSITORY: string;
beforeEach(async () => {
  machine = createMachine(await tempDirectoryForTest());
  REPOSITORY = await makeRepository();
  writeFileSync(machine.path('etc/redis/redis.conf'), 'port 6379\n');
});

const install = async (): Promise<void> => {
  for (const block of blocksOf('### Install')) await machine.run(block, { REPOSITORY });
};

test('install: the version of package.json beside its link, settings for root alone, units, limits', async () => {
  await install();
  expect(readlinkSync(machine.path('opt/pypins'))).toBe(`pypins-${manifest.version}`);
  expect(statSync(machine.path('etc/pypins/pypins.env')).mode & 0o777).toBe(0o600);
  expect(machine.read('etc/pypins/pypins.env')).toMatch(/^PURGE_KEY=[\da-f]{64}$/m);
  expect(machine.read('etc/systemd/system/pypins@.service')).toContain('pypins serve');
  await machine.run(blocksOf('### Install')[2] ?? '');
  expect(machine.read('etc/redis/redis.conf').match(/^include /gm)).toHaveLength(1);
  expect(machine.noted().at(-1)).toBe(DOCTOR);
});

test('upgrade and roll back: the link, the units, one process after the other, the follower, Varnish', async () => {
  await install();
  const [fetchNew = '', switchTo = ''] = blocksOf('### Upgrade');
  for (const [blocks, version] of [
    [[fetchNew, switchTo], '9.9.9'],
    [[switchTo], manifest.version],
  ] as const) {
    const before = machine.noted().length;
    for (const block of blocks) await machine.run(block, { REPOSITORY, version });
    expect(readlinkSync(machine.path('opt/pypins'))).toBe(`pypins-${version}`);
    const calls = machine
      .noted()
      .slice(before)
      .filter((call) => !call.startsWith('make '));
    const reload = 'systemctl reload varnish';
    expect(calls).toEqual(['systemctl daemon-reload', ...RESTARTS, reload, DOCTOR]);
  }
});

test('rotate the purge key: another one, once, and all who have it restart', async () => {
  await install();
  const before = machine.read('etc/pypins/pypins.env');
  for (const block of blocksOf('### Rotate the purge key')) await machine.run(block);
  const after = machine.read('etc/pypins/pypins.env');
  expect(after).not.toBe(before);
  expect(after.match(/^PURGE_KEY=[\da-f]{64}$/gm)).toHaveLength(1);
  expect(machine.noted().join()).toContain('restart varnish pypins@8080');
});

test.skipIf(isMissing('varnishd'))(
  'several machines: the sockets, the settings, and VCL that compiles with the addresses',
  async () => {
    await install();
    for (const block of blocksOf('## TLS, and several machines')) await machine.run(block);
    const socket = machine.read('etc/systemd/system/pypins@8082.socket.d/address.conf');
    expect(socket).toBe('[Socket]\nListenStream=\nListenStream=10.0.0.11:8082\n');
    const settings = machine.read('etc/pypins/pypins.env');
    expect(settings).toContain('TRUSTED_PROXIES=10.0.0.21\n');
    expect(settings).toContain('PURGE_ADDRESS=10.0.0.21:6085\n');
    const site = machine.read('etc/varnish/pypins/backends.vcl');
    expect(site.match(/\.host = "10\.0\.0\.11"/g)).toHaveLength(2);
    expect(site).toContain('acl purgers {\n  "10.0.0.11";\n');
    const path = `${machine.path('etc/varnish/pypins')}:${join(ROOT, 'varnish/backends/local')}`;
    const vcl = join(ROOT, 'varnish/default.vcl');
    const args = ['-j', 'none', '-C', '-f', vcl, '-p', `vcl_path=${path}`];
    const compiled = await runTool('varnishd', args);
    expect(compiled.includes(machine.path('etc/varnish/pypins/backends.vcl'))).toBe(true);
  },
);

test.skipIf(isMissing('varnishd'))(
  'Varnish: new VCL is ours, as often as one likes, and its access log is JSON without addresses',
  async () => {
    const directory = await tempDirectoryForTest();
    const [publicPort, purgePort, nodePort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const sample = join(directory, 'sample.vcl');
    writeFileSync(sample, 'vcl 4.1; backend default none;');
    const edge = createPart(
      await describeEdge({
        name: 'edge',
        publicPort,
        purgePort,
        directory,
        nodePorts: [nodePort, nodePort],
        purgeKey: 'key',
        // Debian's sample, as an operator may have loaded it.
        vcl: sample,
        environment: { PATH: process.env['PATH'] },
      }),
    );
    onTestFinished(() => edge.stop());
    await edge.start();
    const work = join(directory, 'n');
    const node = { url: `http://127.0.0.1:${purgePort}` };
    const ofSample = await purgeNode('key', node, { tags: ['a'] });
    expect(ofSample.failure).toBeDefined();

    expect(readCompose().services['varnish']?.volumes).toEqual(['./varnish:/etc/varnish:ro']);
    const [[byUnit = ''], [, byCompose = '']] = [
      blocksOf('### Load new VCL'),
      blocksOf('## Docker'),
    ];
    for (const block of [byUnit, byCompose, byUnit]) {
      const script = block.trim().replace(/^docker compose exec varnish \/etc|\/opt\/pypins/, ROOT);
      await machine.run(`${script} -n ${work}`);
    }
    const outcome = await purgeNode('key', node, { tags: ['a'] });
    expect(outcome).toEqual({ ...node, purged: 0, rules: manifest.version });
    const list = await runTool('varnishadm', ['-n', work, 'vcl.list']);
    expect(list.match(/^available/gm)).toBeNull();

    await fetch(`http://127.0.0.1:${publicPort}/version/requests/badge.svg?style=flat-square`);
    const format = join(ROOT, 'varnish/access-log.format');
    const log = join(directory, 'access.log');
    const read = (): Promise<string> =>
      runTool('varnishncsa', ['-n', work, '-d', '-j', '-f', format]);
    await expect.poll(read).toContain('flat-square');
    writeFileSync(log, await read());
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    const last: unknown = JSON.parse(lines.at(-1) ?? '');
    expect(last).toMatchObject({ method: 'GET', status: 200, verdict: 'unavailable' });
    expect(lines.join('\n')).not.toContain('127.0.0.1');
    const wanted = { names: [], topList: '', kinds: [], formats: [], fromLog: log };
    const { paths } = await listPaths(wanted);
    expect(paths).toContain('/version/requests/badge.svg?style=flat-square');
  },
);
