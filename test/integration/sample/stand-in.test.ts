import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SampleProject } from '../../../sample/projects/project.ts';
import { createStandIn, type StandIn, type StandInOptions } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { projectShape, releaseShape } from './shapes.ts';

const small: SampleProject = { name: 'Small', shows: 'a test', releases: ['1.0', '1.9'] };
const opened: StandIn[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((standIn) => standIn.close()));
});

async function open(options: Partial<StandInOptions> = {}): Promise<StandIn> {
  const standIn = createStandIn({ projects: [small], ...options });
  opened.push(standIn);
  await standIn.listen();
  return standIn;
}

async function read(standIn: StandIn) {
  const { headers, text } = await ask(`${standIn.url}/pypi/small/json`);
  const document = projectShape.parse(JSON.parse(text));
  return { etag: headers['etag'], serial: document.last_serial, ...document };
}

describe('the log', () => {
  test('has path, headers and status of what was asked of the two APIs', async () => {
    const standIn = await open();
    await ask(`${standIn.url}/pypi/small/json?x=1`, { 'user-agent': 'a test' });
    await ask(`${standIn.url}/api/packages/other/recent`);
    await ask(`${standIn.url}/`);
    await ask(`${standIn.url}/-/behave`, {}, 'POST');
    expect(standIn.requests).toMatchObject([
      { path: '/pypi/small/json?x=1', status: 200, headers: { 'user-agent': 'a test' } },
      { path: '/api/packages/other/recent', status: 404 },
    ]);
    expect(standIn.requests).toHaveLength(2);
  });

  test('keeps the last requests only', async () => {
    const standIn = await open({ maxLoggedRequests: 3 });
    for (let count = 0; count < 5; count += 1) await ask(`${standIn.url}/pypi/p${count}/json`);
    expect(standIn.requests.map(({ path }) => path)).toEqual([
      '/pypi/p2/json',
      '/pypi/p3/json',
      '/pypi/p4/json',
    ]);
  });
});

describe('publish', () => {
  test('adds a release, with a higher serial and another ETag', async () => {
    const standIn = await open();
    const before = await read(standIn);
    const published = standIn.publish('small');
    const after = await read(standIn);
    // A row for the release, and one for each of its files.
    expect(published).toEqual({ version: '1.10', serial: before.serial + 3 });
    expect(after).toMatchObject({ serial: before.serial + 3, info: { version: '1.10' } });
    expect(Object.keys(after.releases)).toEqual(['1.0', '1.10', '1.9']);
    expect(after.etag).not.toBe(before.etag);
    const stale = await ask(`${standIn.url}/pypi/small/json`, {
      'if-none-match': String(before.etag),
    });
    expect(stale.status).toBe(200);
  });

  test('gives the pages of older releases the new serial', async () => {
    const standIn = await open();
    const { serial } = standIn.publish('small');
    const { headers, text } = await ask(`${standIn.url}/pypi/small/1.0/json`);
    expect(headers['x-pypi-last-serial']).toBe(String(serial));
    expect(releaseShape.parse(JSON.parse(text))).toMatchObject({ last_serial: serial });
  });

  test.each([
    ['2.0', '2.0'],
    ['2.0rc1', '1.9'],
    ['not a version', '1.9'],
  ])('of %s makes %s the latest', async (version, latest) => {
    const standIn = await open();
    expect(standIn.publish('Small', version)).toMatchObject({ version });
    expect(await read(standIn)).toMatchObject({ info: { version: latest } });
  });

  test('can change what the project says of itself', async () => {
    const standIn = await open();
    standIn.publish('small', { version: '2.0', licenseExpression: 'MIT' });
    expect(await read(standIn)).toMatchObject({
      info: { version: '2.0', license_expression: 'MIT' },
    });
  });

  test('of a project that is not there throws', async () => {
    const standIn = await open();
    expect(() => standIn.publish('other')).toThrow('other');
  });
});

test('update takes the place of a project, with a higher serial and another ETag', async () => {
  const standIn = await open();
  const before = await read(standIn);
  standIn.update({ ...small, releases: ['1.0', { version: '1.9', yanked: 'oops' }] });
  const after = await read(standIn);
  expect(after).toMatchObject({ serial: before.serial + 1, info: { version: '1.0' } });
  expect(after.etag).not.toBe(before.etag);
});

test('update adds a project, remove takes it away', async () => {
  const standIn = await open({ projects: [] });
  const status = async () => (await ask(`${standIn.url}/pypi/small/json`)).status;
  expect(await status()).toBe(404);
  standIn.update(small);
  expect(await status()).toBe(200);
  standIn.remove('SMALL');
  expect(await status()).toBe(404);
});

test('a project without releases is not found', async () => {
  const standIn = await open({ projects: [{ ...small, releases: [] }] });
  expect(await ask(`${standIn.url}/pypi/small/json`)).toMatchObject({ status: 404 });
  standIn.publish('small', '0.1');
  expect(await read(standIn)).toMatchObject({ info: { version: '0.1' } });
});

describe('listening', () => {
  test('has no URL before, and refuses connections after', async () => {
    const standIn = createStandIn({ projects: [] });
    expect(() => standIn.url).toThrow('not listened');
    await standIn.listen();
    await standIn.close();
    await expect(ask(`${standIn.url}/pypi/small/json`)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test('goes on at the same URL after a pause, with what was published', async () => {
    const standIn = await open();
    const { url } = standIn;
    standIn.publish('small', '3.0');
    await standIn.close();
    expect(await standIn.listen()).toBe(url);
    expect(await read(standIn)).toMatchObject({ info: { version: '3.0' } });
  });

  test('on a port that is taken is refused', async () => {
    const standIn = await open();
    const other = createStandIn({ projects: [], port: Number(new URL(standIn.url).port) });
    await expect(other.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await other.close();
  });

  test('ends while a client still waits', async () => {
    const standIn = await open();
    standIn.misbehave({ mode: 'hang' });
    const answer = ask(`${standIn.url}/pypi/small/json`).catch(() => 'cut');
    await vi.waitFor(() => expect(standIn.requests).toHaveLength(1), 20_000);
    await standIn.close();
    expect(await answer).toBe('cut');
  });
});

test('the home page is shown where there is one', async () => {
  const standIn = await open({ homePage: () => '<h1>hello</h1>' });
  expect(await ask(`${standIn.url}/`)).toMatchObject({
    status: 200,
    text: '<h1>hello</h1>',
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
});
