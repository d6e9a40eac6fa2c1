import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { isMissing } from '../support/programs.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { makeTempDirectory } from '../support/temp.ts';
import { createDebianHost, type DebianHost, type Program } from './support/hosts/debian-host.ts';
import { expectBadges } from './support/restarts.ts';

/*
 * One server by one command, on a fresh Debian 12: prepared as a folder, then booted with an init of its own, so that real
 * units start, and only the indexes are stand-ins. The tests are steps of one life.
 */

const ROOT = resolve(import.meta.dirname, '../..');
const OLD = manifest.version;
const NEW = '99.0.0';
const SAMPLE_PORT = 9_000;
const SAMPLE_URL = `http://127.0.0.1:${SAMPLE_PORT}`;
const LONG_MS = 900_000;

const isRoot = process.getuid?.() === 0;
const lacks = isMissing('ansible-playbook', 'mmdebstrap', 'systemd-nspawn', 'systemd-analyze');

const given = {
  pypins_source: '/srv/pypins',
  pypins_version: `v${OLD}`,
  pypins_contact: 'operator@example.org',
  pypins_settings: { PYPI_URL: SAMPLE_URL, PYPISTATS_URL: SAMPLE_URL },
};
const reportSchema = z.looseObject({
  asked: z.number().positive(),
  faults: z.array(z.string()),
  verdicts: z.record(z.string(), z.number()),
});

describe.skipIf(lacks || !isRoot)('a server by Ansible (needs root)', () => {
  let directory: string;
  let host: DebianHost;
  let sample: Program | undefined;

  beforeAll(async () => {
    const { path, remove } = await makeTempDirectory();
    directory = path;
    host = await createDebianHost(directory);
    tagVersions(host.path('srv/pypins'));
    return async () => {
      await host.remove();
      await remove();
    };
  }, LONG_MS);
  afterAll(async () => void (await sample?.stop()));

  let isBroken = false;
  beforeEach(({ onTestFailed }) => {
    if (isBroken) throw new Error('an earlier step has failed');
    onTestFailed(() => void (isBroken = true));
  });

  test(
    'a tag that is not there is named, and leaves nothing behind',
    async () => {
      const missing = host.play({ ...given, pypins_version: 'v0.0.9' });
      await expect(missing).rejects.toThrow(/v0\.0\.9/);
      expect(existsSync(host.path('opt/pypins'))).toBe(false);
      expect(existsSync(host.path('opt/pypins-0.0.9'))).toBe(false);
    },
    LONG_MS,
  );

  test(
    'prepares a folder: code, settings, units, firewall; nothing starts there',
    async () => {
      const { output } = await host.play(given);
      expect(readlinkSync(host.path('opt/pypins'))).toBe(`pypins-${OLD}`);
      const settings = readFileSync(host.path('etc/pypins/pypins.env'), 'utf8');
      expect(settings).toMatch(/^PURGE_KEY=[\da-f]{64}$/m);
      expect(namesIn(settings)).toEqual(expect.arrayContaining(namesIn(documented())));
      expect(statSync(host.path('etc/pypins/pypins.env')).mode & 0o777).toBe(0o600);
      expect(output).toContain('self-signed certificate');
      const verify = ['--root', host.path(''), 'verify', '--man=no'];
      execFileSync('systemd-analyze', [...verify, 'pypins@8080.service', 'varnish.service']);
    },
    LONG_MS,
  );

  test(
    'everything runs once it is booted, and a second run changes nothing',
    async () => {
      await host.boot();
      sample = host.spawnInNetwork('stack/sample-index.ts', { SAMPLE_PORT: `${SAMPLE_PORT}` });
      const { changed, output } = await host.play(given);
      expect(changed).toBe(0);
      expect(output).toContain(`is ready (version ${OLD})`);
      expect(output).toContain(`rules of ${OLD}`);
      expect(await host.command('systemctl', 'list-units', '--failed', '--quiet')).toBe('');
    },
    LONG_MS,
  );

  test(
    'the firewall leaves open what the world may reach',
    async () => {
      const rules = await host.command('nft', 'list', 'chain', 'inet', 'filter', 'input');
      expect(rules).toContain('policy drop');
      expect(rules).toMatch(/tcp dport \{ 22, 80, 443 \} accept/);
    },
    LONG_MS,
  );

  test(
    'upgrades, from an archive, and rolls back, to another store: each request gets its badge',
    async () => {
      const [archive, certificate] = [join(directory, 'new.tar.gz'), join(directory, 'given.pem')];
      const sources = ['-C', host.path('srv/pypins'), 'archive', '--prefix=new/', '-o', archive];
      execFileSync('git', [...sources, `v${NEW}`]);
      const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
      const files = ['-subj', '/CN=badges.example', '-keyout', certificate, '-out', certificate];
      execFileSync('openssl', [...request.split(' '), ...files], { stdio: 'ignore' });
      const newer = {
        ...given,
        pypins_source: archive,
        pypins_version: `v${NEW}`,
        pypins_certificate: certificate,
      };
      const settings = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' };
      const load = host.spawnInNetwork('test/faults/support/hosts/load.ts', settings);
      for (const [variables, version] of [
        [newer, NEW],
        [{ ...given, pypins_store: 'embedded' }, OLD],
      ] as const) {
        const { output } = await host.play(variables);
        expect(readlinkSync(host.path('opt/pypins'))).toBe(`pypins-${version}`);
        expect(output.match(new RegExp(`is ready \\(version ${version}\\)`, 'g'))).toHaveLength(2);
        expect(output).toContain(`rules of ${version}`);
      }
      const report = reportSchema.parse(JSON.parse(await load.stop()));
      tellOutcome('a server upgraded and rolled back by Ansible', report);
      // A follower that starts over an empty store marks all facts stale. Of two processes one refreshes them, and the other
      // shows what it has meanwhile, which the edge keeps for a minute.
      expectBadges(report, ['ok', 'stale']);
      expect(readdirSync(host.path('etc/haproxy/certs'))).toEqual(['pypins.pem']);
      const kept = readdirSync(host.path('opt')).filter((name) => /^pypins-[\d.]+$/.test(name));
      expect(kept.toSorted()).toEqual([`pypins-${OLD}`, `pypins-${NEW}`].toSorted());
      const list = await host.command('varnishadm', 'vcl.list');
      // What is discarded stays in the list while a connection uses it.
      const loaded = list.match(/^(?!discarded).+/gm);
      expect(loaded).toEqual([expect.stringMatching(/^active .* pypins-\d{8}-/)]);
    },
    LONG_MS,
  );
});

/** The files of today, as two versions. */
function tagVersions(repository: string): void {
  const shell = (script: string): unknown =>
    execFileSync('bash', ['-euc', script, 'bash', repository], { cwd: ROOT });
  const git = 'git -C "$1" -c user.name=t -c user.email=t@t';
  shell(`mkdir -p "$1" && git ls-files -z --cached --others --exclude-standard |
    tar c --null -T - | tar x -C "$1"`);
  // Where the limit of open files is lower than on a server.
  shell(`sed -i 's/maxconn 20000/maxconn 200/' "$1/deploy/haproxy/haproxy.cfg"`);
  shell(`${git} init -q && ${git} add -A && ${git} commit -qm old && ${git} tag v${OLD}`);
  shell(`sed -i 's/"version": "${OLD}"/"version": "${NEW}"/' "$1/package.json"
    sed -i 's/"${OLD}"/"${NEW}"/' "$1/varnish/rules/version.vcl"
    ${git} commit -qam new && ${git} tag v${NEW}`);
}

/** The settings that deploy/README.md writes. */
function documented(): string {
  const readme = readFileSync(join(ROOT, 'deploy/README.md'), 'utf8');
  return /pypins\.env <<END\n([^]*?)\nEND\n/.exec(readme)?.[1] ?? '';
}

function namesIn(settings: string): string[] {
  return [...settings.matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);
}
