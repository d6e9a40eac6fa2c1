import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etagOf } from '../../../sample/pypi/pages.ts';
import { loadRecorded } from '../../../sample/pypi/recorded.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';

/** As a scraper indented them: to be served byte for byte. */
const FILES: Readonly<Record<string, string>> = {
  'pypi/ada.json': '{ "info": {"version": "1.0"},\n "last_serial": 123, "urls": [] }\n',
  'pypi/ada@0.9.json': '{ "info": {"version": "0.9"}, "last_serial": 122, "urls": [] }',
  'headers/pypi/ada.json.json': JSON.stringify({
    headers: { ETag: '"abc"', 'X-PyPI-Last-Serial': '124', 'Content-Encoding': 'gzip' },
    status: 200,
  }),
  'pypistats/ada.recent.json':
    '{"data": {"last_day": 1, "last_week": 2, "last_month": 3}, "package": "ada"}',
  'pypi/old.json': '{"info": {"version": "0.1"}, "releases": {}, "urls": []}',
  'headers/pypi/old.json.json': JSON.stringify({
    headers: { 'X-PYPI-LAST-SERIAL': '7', 'Content-Type': 'application/json; charset="UTF-8"' },
  }),
  'pypi/only@2.0.json': '{"info": {"version": "2.0"}, "urls": []}',
  'pypi/README.md': 'no answer',
};

let directory: string;
let standIn: StandIn;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pypins-recorded-'));
  for (const [file, text] of Object.entries(FILES)) {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), text);
  }
  standIn = createStandIn({ projects: await loadRecorded(directory) });
  await standIn.listen();
});

afterAll(async () => {
  await standIn.close();
  await rm(directory, { recursive: true });
});

test.each([
  ['ada/json', 'pypi/ada.json', '"abc"', '124'],
  ['ada/0.9/json', 'pypi/ada@0.9.json', 'of its own', '122'],
  ['old/json', 'pypi/old.json', undefined, '7'],
  ['only/2.0/json', 'pypi/only@2.0.json', 'of its own', undefined],
])('%s is %s, byte for byte, with ETag %s and serial %s', async (url, file, etag, serial) => {
  const { status, headers, text } = await ask(`${standIn.url}/pypi/${url}`);
  expect({ status, text }).toEqual({ status: 200, text: FILES[file] });
  expect(headers['etag']).toBe(etag === 'of its own' ? etagOf(Buffer.from(text)) : etag);
  expect(headers['x-pypi-last-serial']).toBe(serial);
  expect(headers).not.toHaveProperty('content-encoding');
});

test('a recorded ETag is compared', async () => {
  const reply = await ask(`${standIn.url}/pypi/ada/json`, { 'if-none-match': '"abc"' });
  expect(reply).toMatchObject({ status: 304, text: '' });
});

test.each(['ada/1.0/json', 'only/json', 'README/json'])('%s was not recorded', async (url) => {
  const { status } = await ask(`${standIn.url}/pypi/${url.toLowerCase()}`);
  expect(status).toBe(404);
});

test('downloads are those that were recorded', async () => {
  const { text } = await ask(`${standIn.url}/api/packages/ada/recent`);
  expect(JSON.parse(text)).toMatchObject({ data: { last_day: 1, last_week: 2, last_month: 3 } });
  expect(await ask(`${standIn.url}/api/packages/old/recent`)).toMatchObject({ status: 404 });
});

test('a recording cannot publish', () => {
  expect(() => standIn.publish('old')).toThrow('recording');
});

test('a recording takes the place of another with its own serial', async () => {
  const serials = (await loadRecorded(directory)).map((entry) => standIn.update(entry).serial);
  expect(serials.toSorted((one, other) => one - other)).toEqual([0, 7, 124]);
});

test('a folder that is not there rejects', async () => {
  await expect(loadRecorded(path.join(directory, 'nowhere'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
});

test('an answer that is no JSON rejects', async () => {
  const broken = await mkdtemp(path.join(tmpdir(), 'pypins-recorded-'));
  await mkdir(path.join(broken, 'pypi'));
  await writeFile(path.join(broken, 'pypi', 'ada.json'), '{');
  await expect(loadRecorded(broken)).rejects.toThrow(SyntaxError);
  await rm(broken, { recursive: true });
});
