import { once } from 'node:events';
import { chown, readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenHere } from '../../sample/listen.ts';
import type { StandIn } from '../../sample/stand-in.ts';
import { runCli, startCli } from '../support/service/cli.ts';
import { startStandIn } from '../support/service/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';

// Options, exit codes, streams and signals; `commands.test.ts` tests what the commands do.

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());

const settings = () => ({ PYPI_URL: standIn.url, PYPISTATS_URL: standIn.url });
const run = (args: string, more: Record<string, string> = {}) =>
  runCli(args.split(' '), { ...settings(), ...more });

test('render writes a badge without a server', async () => {
  const file = join(await tempDirectoryForTest(), 'badge.png');
  const { code, err } = await run(
    `render version requests -o ${file} --scale 2 --style flat-square`,
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(await sharp(await readFile(file)).metadata()).toMatchObject({ format: 'png', height: 40 });
});

test('render writes only the badge to standard output', async () => {
  const { code, out } = await run('render dm requests -o - --label got');
  expect(code).toBe(0);
  expect(out.toString()).toMatch(/^<svg .*got: 980M\/month.*<\/svg>$/s);
});

test.each([
  ['render status sample-archived -o -', 'status: archived'],
  ['render provenance sample-attested -o - --release 1.0', 'provenance: none'],
  ['render v sample-next-release -o - --include-prereleases', 'pypi: 2.0rc1'],
  ['render v sample-next-release -o - --include-prereleases 0', 'pypi: 1.0'],
])('pypins %s writes %s', async (args, words) => {
  expect((await run(args)).out.toString()).toContain(`>${words}<`);
});

test.each([
  ['render version no-such-project -o -', 1, /not found/],
  ['render version requests -o /no/such/folder/x.svg', 1, /ENOENT/],
  ['render version requests --output=', 2, /--output needs a file/],
  ['render version requests -o - --style comic', 2, /style/],
  ['render status no-such-project -o -', 1, /not found/],
  ['render v requests -o - --pypi-base-url https://a.example', 2, /PYPI_INDEXES/],
  ['render v requests -o x.bmp', 2, /no picture format bmp, but svg, png/],
  ['render v requests -o x.json', 2, /no picture format json/],
  ['render nokind requests -o -', 2, /no kind nokind/],
  ['render v -x- -o -', 2, /unknown option/],
  ['render v x! -o -', 2, /x! .*not a valid name/],
  ['purge x!', 2, /x! is not a valid project name/],
  ['purge --url notaurl', 2, /notaurl is neither a URL nor a path/],
  ['purge --kind nokind', 2, /no kind nokind/],
  ['purge requests --pypi-base-url https://a.example', 2, /PYPI_INDEXES/],
  [
    'warm --top 5 --top-list http://127.0.0.1:9/list',
    1,
    /^pypins: [^\n]* does not answer: [^\n]*\n$/,
  ],
  ['warm --from-log /no/such/log', 1, /^pypins: ENOENT[^\n]*\n$/],
  ['warm requests --kinds nokind', 2, /no kind nokind/],
  ['purge --all', 2, /--yes/],
  ['stats 127.0.0.1:18080', 2, /"127\.0\.0\.1:18080" is no URL such as http:/],
  ['stats', 1, /does not answer\nStart it, or name the admin ports/],
  ['doctor notaurl', 2, /"notaurl" is no URL/],
  ['warm requests --through notaurl', 2, /"notaurl" is no URL such as http:\/\/127\.0\.0\.1:8000/],
  ['paint', 2, /unknown command/],
])('pypins %s exits with %i and an error message', async (args, code, message) => {
  const result = await run(args);
  expect(result.code).toBe(code);
  expect(result.err).toMatch(message);
  expect(result.out.toString()).toBe('');
});

test.each([
  ['--help', /serve[^]*render/],
  ['--version', /^\d+\.\d+\.\d+\n$/],
])('pypins %s prints its text', async (args, text) => {
  const { code, out } = await run(args);
  expect(code).toBe(0);
  expect(out.toString()).toMatch(text);
});

test('render tells why it has no facts', async () => {
  const { code, err } = await run('render v requests -o -', { PYPI_URL: 'http://127.0.0.1:9' });
  expect(code).toBe(1);
  expect(err).toMatch(/^pypins: unavailable: no facts about requests: .*ECONNREFUSED[^\n]*\n$/);
});

test('a command’s caches are private to the user, its output is not', async () => {
  const [CACHE_DIR, directory] = [await tempDirectoryForTest(), await tempDirectoryForTest()];
  await run(`render version requests -o ${join(directory, 'badge.png')}`, { CACHE_DIR });
  expect((await stat(join(directory, 'badge.png'))).mode & 0o777).toBe(0o644);
  const kept = await readdir(CACHE_DIR, { recursive: true });
  expect(kept).toContain('facts.sqlite');
  const seen = await Promise.all(
    kept.map(async (path) => ({ path, mode: (await stat(join(CACHE_DIR, path))).mode })),
  );
  // fontconfig opens its own cache directory to others, inside a private one.
  const open = seen.filter(({ path, mode }) => (mode & 0o077) !== 0 && !path.endsWith('/cache'));
  expect(open).toEqual([]);
});

test.runIf(process.getuid?.() === 0)(
  'a command of root’s gives what it creates to the owner of CACHE_DIR',
  async () => {
    const CACHE_DIR = await tempDirectoryForTest();
    const owner = 65_534;
    await chown(CACHE_DIR, owner, owner);
    await run('purge requests', { CACHE_DIR });
    await run('render version requests -o -', { CACHE_DIR });
    const kept = await readdir(CACHE_DIR, { recursive: true });
    expect(kept).toContain('facts.sqlite');
    const owners = kept.map(async (path) => (await stat(join(CACHE_DIR, path))).uid);
    expect(new Set(await Promise.all(owners))).toEqual(new Set([owner]));
  },
);

test('a command warns of a setting that is misspelt', async () => {
  const { err } = await run('purge requests', { PURGEKEY: 'x' });
  expect(err).toContain('PURGEKEY is no setting and has no effect: PURGE_KEY is one\n');
});

test.each([
  ['stats http://name:hunter2@127.0.0.1:9', {}],
  ['doctor', { REDIS_URL: 'redis://name:hunter2@127.0.0.1:9' }],
  ['doctor --json', { REDIS_URL: 'redis://:hunter2@127.0.0.1:9' }],
  ['warm requests --rate 100/s --through http://name:hunter2@127.0.0.1:9', {}],
  ['serve', { PYPI_URL: 'http://name:hunter2@127.0.0.1:9' }],
  ['serve', { REDIS_URL: 'redis://name:hunter2@127.0.0.1:99999' }],
])('pypins %s prints no password of a URL', async (args, more) => {
  const { out, err, code } = await run(args, more);
  expect(code).not.toBe(0);
  expect(`${out.toString()}${err}`).not.toBe('');
  expect(`${out.toString()}${err}`).not.toContain('hunter2');
});

test('health tells what the admin port answers, and waits if it is asked to', async () => {
  const statuses = [503, 404, 503, 200];
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(statuses.shift() ?? 500).end();
  });
  const settingsOfHealth = { ADMIN_PORT: `${await listenHere(server)}` };
  const health = async (args: string) => {
    const { code, err } = await run(args, settingsOfHealth);
    return `${code} ${err}`;
  };
  expect(await health('health')).toMatch(/^1 .* answers 503: it starts or stops\n$/);
  expect(await health('health')).toMatch(/^1 .* answers 404: is it an admin port\?\n$/);
  expect(await health('health --wait 60')).toBe('0 ');
  expect(await health('health --wait soon')).toMatch(/^2 /);
  expect(asked).toEqual(['/readyz', '/readyz', '/readyz?by=edge', '/readyz?by=edge']);
  server.close();
});

test('serve rejects invalid settings and names all of them', async () => {
  const { code, err } = await run('serve', { PORT: 'x', LOG_LEVEL: 'loud', REDIS_URL: 'nonsense' });
  expect(code).toBe(2);
  for (const name of ['PORT', 'LOG_LEVEL', 'REDIS_URL']) expect(err).toContain(`${name}: `);
});

test('serve fails if its port is taken', async () => {
  const { code, err } = await run('serve', { PORT: new URL(standIn.url).port });
  expect(code).toBe(1);
  expect(err).toContain('EADDRINUSE');
});

test('serve is healthy until SIGTERM, then completes open requests and exits with 0', async () => {
  const { child, output } = await startCli(['serve'], settings());
  await expect.poll(() => output.out.toString()).toContain('serving badges');
  const [, url = ''] = /"url":"([^"]+)"/.exec(output.out.toString()) ?? [];
  const [, adminPort = ''] = /"admin":"[^"]+:(\d+)"/.exec(output.out.toString()) ?? [];
  expect((await run('health', { ADMIN_PORT: adminPort })).code).toBe(0);
  standIn.misbehave({ mode: 'hang', project: 'flask' });
  const underWay = fetch(`${url}/version/flask/badge.svg`);
  await expect.poll(() => standIn.requests.map(({ path }) => path)).toContain('/pypi/flask/json');
  child.kill('SIGTERM');
  const answer = await underWay;
  expect(answer.headers.get('x-badge-status')).toBe('unavailable');
  expect(answer.headers.get('connection')).toBe('close');
  await once(child, 'close');
  expect(child.exitCode).toBe(0);
  expect(output.out.toString().trim().split('\n').at(-1)).toContain('stopped');
  standIn.behave();
  const gone = await run('health', { ADMIN_PORT: adminPort });
  expect(gone.code).toBe(1);
  expect(gone.err).toContain('does not answer');
});
