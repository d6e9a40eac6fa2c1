import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { PYPINS } from '../../stack/program.ts';
import { makeTempDirectory, tempDirectoryForTest } from '../support/temp.ts';

/** Replaces pypins; prints how it was started. */
const PROGRAM = `process.stdout.write(JSON.stringify({
  pid: process.pid, node: process.execPath, flags: process.execArgv, words: process.argv.slice(2), env: process.env,
  umask: process.umask(),
}));`;
const startSchema = z.object({
  pid: z.number(),
  node: z.string(),
  flags: z.array(z.string()),
  words: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  umask: z.number(),
});
const OTHER_USER = 65_534;
const isRoot = process.getuid?.() === 0;

/** Creates a checkout with the launcher and `PROGRAM`. */
function makeCheckout(root: string, { node }: { node?: string } = {}): string {
  const launcher = join(root, 'bin/pypins');
  cpSync(PYPINS, launcher);
  for (const folder of ['src', 'node_modules/.bin'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'src/cli.ts'), PROGRAM);
  if (node !== undefined) symlinkSync(node, join(root, 'node_modules/.bin/node'));
  return launcher;
}

function run(launcher: string, environment: Record<string, string> = {}, words: string[] = []) {
  const env = { PATH: process.env['PATH'], ...environment };
  return spawnSync(launcher, words, { env, encoding: 'utf8' });
}

/** Runs the launcher with only these variables; returns how it started the program. */
function start(launcher: string, environment?: Record<string, string>, words?: string[]) {
  const { stdout, stderr, pid } = run(launcher, environment, words);
  expect(stderr).toBe('');
  return { ...startSchema.parse(JSON.parse(stdout)), launcherPid: pid };
}

let pypins: string;
beforeAll(async () => {
  const { path, remove } = await makeTempDirectory();
  pypins = makeCheckout(path, { node: process.execPath });
  return remove;
});

test('replaces the shell by Node, with limits for V8 and malloc, and unchanged arguments', () => {
  const { pid, launcherPid, flags, words, env, umask } = start(pypins, {}, ['render', '-o', 'a b']);
  expect(pid).toBe(launcherPid);
  expect(words).toEqual(['render', '-o', 'a b']);
  expect(umask).toBe(0o077);
  expect(flags.map((flag) => flag.replace(/=\d+$/, '='))).toEqual([
    '--max-semi-space-size=',
    '--max-old-space-size=',
    '--heap-growing-percent=',
  ]);
  expect(env).toMatchObject({
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '131072',
    UV_THREADPOOL_SIZE: `${Math.min(availableParallelism(), 8) + 4}`,
  });
  expect(start(pypins, { DRAWING_CONCURRENCY: '20' }).env['UV_THREADPOOL_SIZE']).toBe('24');
});

test('keeps settings of the environment', () => {
  const settings = {
    NODE_OPTIONS: '--max_old_space_size=512',
    MALLOC_ARENA_MAX: '1',
    UV_THREADPOOL_SIZE: '3',
  };
  const { flags, env } = start(pypins, settings);
  expect(env).toMatchObject(settings);
  expect(flags.map((flag) => flag.replace(/=\d+$/, ''))).toEqual([
    '--max-semi-space-size',
    '--heap-growing-percent',
  ]);
});

test('finds its checkout through absolute and relative links', async () => {
  const directory = await tempDirectoryForTest();
  mkdirSync(join(directory, 'bin'));
  symlinkSync(pypins, join(directory, 'absolute'));
  symlinkSync('../absolute', join(directory, 'bin/relative'));
  const { node } = start(join(directory, 'bin/relative'));
  expect(node).toBe(process.execPath);
});

describe('--env-file', () => {
  const write = async (text: string): Promise<string> => {
    const file = join(await tempDirectoryForTest(), 'pypins.env');
    writeFileSync(file, text);
    return file;
  };

  test('sets what the environment does not have', async () => {
    const file = await write(
      `# settings\n\nCONTACT="a b"\nREDIS_URL=redis://:p=w@h:1  \nPORT=1\n \t\nPURGE_KEY= 'k'\nLAST=$x`,
    );
    const crlf = await write(readFileSync(file, 'utf8').replaceAll('\n', '\r\n  '));
    for (const option of [['--env-file', file], [`--env-file=${crlf}`]]) {
      const { env, words } = start(pypins, { PORT: '2' }, [...option, 'purge', 'a']);
      expect(words).toEqual(['purge', 'a']);
      expect(env).toMatchObject({
        CONTACT: 'a b',
        REDIS_URL: 'redis://:p=w@h:1',
        PORT: '2',
        PURGE_KEY: 'k',
        LAST: '$x',
      });
    }
  });

  const LINES = ['PORT 8080', 'export A=1', 'A-B=1', '1A=1', '=1', '$(id)=1'];
  test.each(LINES)('refuses the line %s', async (line) => {
    const { status, stderr } = run(pypins, {}, ['--env-file', await write(`${line}\n`), 'serve']);
    expect(`${status} ${stderr}`).toMatch(/^2 .*not a line NAME=value/);
  });

  test.each([
    [['--env-file', '/no/such/file', 'serve'], '/no/such/file cannot be read'],
    [['--env-file', '/', 'serve'], '/ cannot be read'],
    [['--env-file'], '--env-file needs a file'],
  ])('refuses %s as wrong arguments', (words, fault) => {
    expect(run(pypins, {}, words)).toMatchObject({ status: 2, stderr: `pypins: ${fault}\n` });
  });
});

describe('without a pinned Node', () => {
  const least = manifest.engines.node.replace('>=', '');
  const runWith = async (version?: string) => {
    const directory = await tempDirectoryForTest();
    const launcher = makeCheckout(join(directory, 'checkout'));
    if (version === undefined) return run(launcher, { PATH: directory });
    writeFileSync(
      join(directory, 'node'),
      `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo started\n`,
      { mode: 0o755 },
    );
    return run(launcher, { PATH: `${directory}:/usr/bin:/bin` });
  };

  test.each([`v${least}.0`, 'v24.20.1', 'v25.0.0'])('uses %s from the PATH', async (version) => {
    expect(await runWith(version)).toMatchObject({ status: 0, stdout: 'started\n', stderr: '' });
  });

  test.each(['v18.20.4', 'v24.11.1', 'nonsense'])(
    'refuses %s with one sentence',
    async (version) => {
      const { status, stdout, stderr } = await runWith(version);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(
        new RegExp(
          `^pypins: Node ${least} or later is needed, and .* is ${version}: run .npm ci. in`,
        ),
      );
    },
  );

  test('explains how to install Node if there is none', async () => {
    const { status, stderr } = await runWith();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^pypins: Node [\d.]+ or later is needed: run `npm ci` in .*, which brings it\n$/,
    );
  });
});

describe('keeps compiled code', () => {
  const keptIn = (environment: Record<string, string>): string | undefined =>
    start(pypins, environment).env['NODE_COMPILE_CACHE'];

  test.each([
    ['in CACHE_DIR', 'CACHE_DIR', 'compile', 0o700],
    ['in a volume of Kubernetes', 'CACHE_DIR', 'compile', 0o2700],
    ['in the user’s cache', 'XDG_CACHE_HOME', 'pypins', 0o700],
    ['in the home directory', 'HOME', '.cache/pypins', 0o700],
  ])('%s, in a directory closed to others', async (_, variable, folder, mode) => {
    const directory = await tempDirectoryForTest();
    chmodSync(directory, mode);
    const kept = keptIn({ [variable]: directory });
    expect(kept).toBe(join(directory, folder));
    expect(statSync(kept ?? '').mode & 0o777).toBe(0o700);
    expect(keptIn({ [variable]: directory })).toBe(kept);
  });

  test('in the directory that NODE_COMPILE_CACHE names; nowhere without a home directory', () => {
    expect(keptIn({ NODE_COMPILE_CACHE: '/nowhere' })).toBe('/nowhere');
    expect(keptIn({})).toBeUndefined();
  });

  const prepare = async (spoil: (folder: string) => void): Promise<string> => {
    const directory = await tempDirectoryForTest();
    const folder = join(directory, 'cache/compile');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    spoil(folder);
    return dirname(folder);
  };

  test('not in a directory that others may read', async () => {
    const CACHE_DIR = await prepare((folder) => chmodSync(folder, 0o750));
    expect(keptIn({ CACHE_DIR })).toBeUndefined();
  });

  test('not behind a link', async () => {
    const CACHE_DIR = await prepare((folder) => {
      renameSync(folder, `${folder}.real`);
      symlinkSync(`${folder}.real`, folder);
    });
    expect(keptIn({ CACHE_DIR })).toBeUndefined();
  });

  test.runIf(isRoot)('not in a directory of another user', async () => {
    const CACHE_DIR = await prepare((folder) => chownSync(folder, OTHER_USER, OTHER_USER));
    expect(keptIn({ CACHE_DIR })).toBeUndefined();
  });

  test.runIf(isRoot)('not in a new directory in the folder of another user', async () => {
    const CACHE_DIR = await tempDirectoryForTest();
    chownSync(CACHE_DIR, OTHER_USER, OTHER_USER);
    expect(keptIn({ CACHE_DIR })).toBeUndefined();
    expect(readdirSync(CACHE_DIR)).toEqual([]);
  });

  test.runIf(isRoot)('not where another user could replace the directory', async () => {
    const CACHE_DIR = await prepare((folder) => chownSync(dirname(folder), OTHER_USER, OTHER_USER));
    expect(keptIn({ CACHE_DIR })).toBeUndefined();
  });
});
