import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/cli.ts';
import { settingsSchema } from '../../src/config.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Variables of other programs in the documents. */
const NOT_OURS = new Set([
  'PATH',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'LISTEN_FDS',
  'LISTEN_PID',
  'GET',
  'HEAD',
  'SIGTERM',
  'SIGINT',
  'PURGE',
  // Of Varnish's unit.
  'PROXIED_ADDRESS',
  'PURGE_ADDRESS',
  // A file of the fonts.
  'LICENSE_FONT',
]);

async function trackedDocuments(): Promise<[file: string, text: string][]> {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '*.md'], { cwd: ROOT });
  const files = stdout.split('\n').filter(Boolean);
  return Promise.all(
    files.map(async (file): Promise<[string, string]> => [
      file,
      await readFile(join(ROOT, file), 'utf8'),
    ]),
  );
}

/** Returns the code in a document: backticks and blocks. */
function codeOf(text: string): string {
  return [...text.matchAll(/```[^]*?```|`[^`\n]+`/g)].map(([code]) => code).join('\n');
}

const documents = await trackedDocuments();
const everything = documents.map(([, text]) => codeOf(text)).join('\n');
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

test('the changelog has the version of package.json, or what is not released yet', async () => {
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const [first = ''] = [...changelog.matchAll(/^## \[([^\]]+)\]/gm)].map(([, name]) => name);
  expect(['Unreleased', manifest.version]).toContain(first);
  for (const [, group] of changelog.matchAll(/^### (.*)$/gm))
    expect(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']).toContain(group);
});

test('every link points to a file', () => {
  for (const [file, text] of documents) {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link ?? '');
    const missing = links.filter((link) => !existsSync(resolve(ROOT, dirname(file), link)));
    expect([file, missing]).toEqual([file, []]);
  }
});

/** An example of CONTRIBUTING, and a file that the operator writes. */
const NO_SOURCES = ['author', 'deploy/kubernetes/base/secrets.env'];

test('every path of a source file exists', () => {
  for (const [file, text] of documents) {
    const paths = [
      ...codeOf(text).matchAll(
        /(?<![\w/.])((?:src|cache|sample|test|bench|scripts|stack|varnish|deploy|docs)\/[\w./-]*\w\.\w+)/g,
      ),
    ];
    const missing = paths
      .map(([, path]) => path ?? '')
      .filter((path) => !NO_SOURCES.some((each) => path.includes(each)))
      .filter((path) => !existsSync(join(ROOT, path)));
    expect([file, missing]).toEqual([file, []]);
  }
});

describe('settings', () => {
  const ours = new Set(Object.keys(settingsSchema.shape));

  test('in the documents exist', async () => {
    const stack = await readFile(join(ROOT, 'stack/main.ts'), 'utf8');
    const compose = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
    const demo = await readFile(join(ROOT, 'sample/demo.ts'), 'utf8');
    const code = await readFile(join(ROOT, 'src/services.ts'), 'utf8');
    const spoken = [...everything.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map(
      ([, name]) => name ?? '',
    );
    const unknown = spoken.filter((name) => !ours.has(name) && !NOT_OURS.has(name));
    expect(
      unknown.filter((name) => ![stack, compose, demo, code].some((text) => text.includes(name))),
    ).toEqual([]);
  });
});

// `make check` compares the table with the code.
test('every metric in the documents exists', async () => {
  const table = await readFile(join(ROOT, 'docs/metrics.md'), 'utf8');
  const names = new Set(Array.from(table.matchAll(/^\| `(pypins_\w+)` \|/gm), ([, name]) => name));
  const playbook = await readFile(join(ROOT, 'deploy/ansible/site.yml'), 'utf8');
  const spoken = Array.from(everything.matchAll(/pypins_[a-z_]+/g), ([name]) => name);
  expect(names.size).toBeGreaterThan(10);
  // Variables of the playbook look like metrics.
  const unknown = spoken.filter((name) => !names.has(name) && !playbook.includes(name));
  expect(unknown).toEqual([]);
});

test('commands and options in the documents exist, and every command is in the README', async () => {
  const known = new Map<string, string[]>();
  for (const [name, { load }] of COMMANDS) {
    const command = new Command(name);
    (await load()).define(command);
    known.set(
      name,
      [command, ...command.commands].flatMap(({ options }) =>
        options.map(({ long }) => long ?? ''),
      ),
    );
  }
  for (const name of known.keys()) expect(readme).toContain(`\`pypins ${name}`);
  for (const [, name = '', rest = ''] of everything.matchAll(
    /(?:pypins|cli\.ts) ([a-z]+)([^\n`|#]*)/g,
  )) {
    expect([...known.keys()]).toContain(name);
    const unknown = [...rest.matchAll(/--[a-z-]+/g)]
      .map(([option]) => option)
      .filter((option) => !known.get(name)?.includes(option));
    expect([name, unknown]).toEqual([name, []]);
  }
});

test('make targets in the documents exist, and CONTRIBUTING lists all of them', async () => {
  const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
  const targets = [...makefile.matchAll(/^([a-z-]+):.*## /gm)].map(([, name]) => name ?? '');
  const spoken = [...everything.matchAll(/(?<!\w)make ([a-z-]+)/g)].map(([, name]) => name ?? '');
  expect(spoken.filter((name) => !targets.includes(name))).toEqual([]);
  const contributing = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const told = targets.filter((target) => target !== 'help' && target !== 'services');
  for (const target of told) expect(contributing).toContain(`\`make ${target}\``);
});
