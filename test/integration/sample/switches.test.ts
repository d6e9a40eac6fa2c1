import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MODES } from '../../../sample/faults/rules.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { APIS } from '../../../sample/routes.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { changelog, lastSerial, titles } from './feeds.ts';

const standIn = createStandIn({ projects: sampleProjects });
beforeAll(() => standIn.listen());
afterEach(() => {
  standIn.behave();
  standIn.lag({});
});
afterAll(() => standIn.close());

const PROJECT = '/pypi/requests/json';
const get = (path: string) => ask(standIn.url + path);
const turn = (path: string) => ask(standIn.url + path, {}, 'POST');
const infoOf = async (path: string): Promise<unknown> => JSON.parse((await get(path)).text);

test('misbehave sets a rule, and behave ends it', async () => {
  expect(await turn('/-/misbehave?api=pypi&mode=503&project=flask')).toMatchObject({ status: 200 });
  expect(await get('/pypi/flask/json')).toMatchObject({ status: 503 });
  expect(await turn('/-/behave')).toMatchObject({ status: 200 });
  expect(await get('/pypi/flask/json')).toMatchObject({ status: 200 });
});

test.each(MODES)('misbehave knows the mode %s', async (mode) => {
  expect(await turn(`/-/misbehave?mode=${mode}&project=nobody`)).toMatchObject({ status: 200 });
});

test.each(APIS)('misbehave knows the API %s', async (api) => {
  expect(await turn(`/-/misbehave?mode=503&api=${api}`)).toMatchObject({ status: 200 });
  expect((await get('/rss/updates.xml')).status).toBe(api === 'rss' ? 503 : 200);
});

describe('refused', () => {
  test.each([
    ['/-/misbehave', 400],
    ['/-/misbehave?mode=sulk', 400],
    ['/-/misbehave?mode=503&api=npm', 400],
    ['/-/misbehave?mode=503&api=rss&project=flask', 400],
    ['/-/misbehave?mode=503&api=xmlrpc&project=flask', 400],
    ['/-/misbehave?mode=slow&latencyMs=-1', 400],
    ['/-/misbehave?mode=slow&latency=100', 400],
    ['/-/misbehave?mode=limited&resetSeconds=soon', 400],
    ['/-/misbehave?mode=redirect-away&location=nowhere', 400],
    ['/-/lag?pageMs=-1', 400],
    ['/-/lag?feedMs=600001', 400],
    ['/-/lag?absent=1', 400],
    ['/-/publish', 400],
    ['/-/publish?project=not-there', 404],
    ['/-/yank?project=requests', 400],
    ['/-/yank?project=requests&version=99', 404],
    ['/-/unyank?project=not-there&version=1', 404],
    ['/-/remove', 400],
    ['/-/remove?project=not-there', 404],
    ['/-/quarantine?project=requests&on=maybe', 400],
    ['/-/quarantine?project=not-there', 404],
    ['/-/rewind', 400],
    ['/-/rewind?serials=0', 400],
    ['/-/nothing', 404],
  ])('%s is refused with %i, and changes nothing', async (path, status) => {
    const before = await lastSerial(standIn.url);
    expect(await turn(path)).toMatchObject({ status });
    expect(await get(PROJECT)).toMatchObject({ status: 200 });
    expect(await lastSerial(standIn.url)).toBe(before);
  });
});

test('publish publishes a release', async () => {
  const reply = await turn('/-/publish?project=sample-plain&version=9.9');
  expect(JSON.parse(reply.text)).toMatchObject({ published: { version: '9.9' } });
  expect(await infoOf('/pypi/sample-plain/json')).toMatchObject({ info: { version: '9.9' } });
  expect((await titles(standIn.url))[0]).toBe('sample-plain 9.9');
});

test('lag is what the edge is behind, and left out it is not', async () => {
  const page = await get('/pypi/numpy/json');
  const listed = await titles(standIn.url);
  const reply = await turn('/-/lag?pageMs=600000&feedMs=600000');
  expect(JSON.parse(reply.text)).toEqual({ lagging: { pageMs: 600_000, feedMs: 600_000 } });
  await turn('/-/publish?project=numpy');
  expect((await get('/pypi/numpy/json')).text).toBe(page.text);
  expect(await titles(standIn.url)).toEqual(listed);
  await turn('/-/lag');
  expect((await get('/pypi/numpy/json')).text).not.toBe(page.text);
  expect(await titles(standIn.url)).not.toEqual(listed);
});

test('yank and unyank change a release', async () => {
  const since = await lastSerial(standIn.url);
  const yanked = await turn('/-/yank?project=django&version=5.2.6');
  expect(JSON.parse(yanked.text)).toEqual({ yanked: { version: '5.2.6', serial: since + 1 } });
  expect(await infoOf('/pypi/django/json')).toMatchObject({ info: { version: '5.2.5' } });
  await turn('/-/unyank?project=django&version=5.2.6');
  expect(await infoOf('/pypi/django/json')).toMatchObject({ info: { version: '5.2.6' } });
  expect((await changelog(standIn.url, since)).map((row) => row[3])).toEqual([
    'yank release',
    'unyank release',
  ]);
});

test('quarantine hides a project, and shows it again', async () => {
  expect(await turn('/-/quarantine?project=flask')).toMatchObject({ status: 200 });
  expect(await get('/pypi/flask/json')).toMatchObject({ status: 404 });
  expect(await turn('/-/quarantine?project=flask&on=false')).toMatchObject({ status: 200 });
  expect(await get('/pypi/flask/json')).toMatchObject({ status: 200 });
});

test('rewind takes the last serial back', async () => {
  const before = await lastSerial(standIn.url);
  const reply = await turn('/-/rewind?serials=5');
  expect(JSON.parse(reply.text)).toEqual({ lastSerial: before - 5 });
  expect(await lastSerial(standIn.url)).toBe(before - 5);
});

test('remove takes a project away', async () => {
  expect(await turn('/-/remove?project=Sample_Egg')).toMatchObject({ status: 200 });
  expect(await get('/pypi/sample-egg/json')).toMatchObject({ status: 404 });
});
