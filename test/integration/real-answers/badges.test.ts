import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadRecorded } from '../../../sample/pypi/recorded.ts';
import { RECORDED } from '../../support/recorded.ts';
import { startService, startStandIn, type TestService } from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({}, await startStandIn(await loadRecorded(RECORDED)));
});
afterAll(async () => {
  await service.close();
  await service.standIn.close();
});

type Row = [path: string, message: string, color: string];
const check = async (path: string, message: string, color: string): Promise<void> => {
  expect(await service.twin(`${path}.json`)).toMatchObject({ message, color });
};

test.each<Row>([
  ['requests', 'v2.28.1', 'blue'],
  ['flask', 'v3.1.2', 'blue'],
  ['foo', '.1', 'lightgrey'],
  ['pywsman', 'v2.5.2-1', 'blue'],
  ['applet3', 'v0.1.dev1', 'orange'],
  ['napari-listener', 'v0.1.0b1.post1', 'orange'],
  ['itasc', 'v0.2.0.dev0 (yanked)', 'red'],
  ['black/21.11b0', 'v21.11b0 (yanked)', 'red'],
  ['black/19.10b0', 'v19.10b0', 'orange'],
  ['napari-chatgpt', 'v2026.2.9', 'blue'],
  ['samcell1-0-napari', 'v0.1.0', 'orange'],
])('/pypi/v/%s: %s', async (project, message, color) => {
  await check(`/pypi/v/${project}`, message, color);
});

test.each<Row>([
  ['requests', 'Apache 2.0', 'green'],
  ['flask', 'BSD-3-Clause', 'green'],
  ['botocore', 'Apache License 2.0', 'green'],
  ['itasc', 'AGPL-3.0', 'orange'],
  ['confusius', 'BSD-3-Clause AND Apache-2.0 AND BSD-2-Clause', 'green'],
  ['docutils', 'public domain, Python, 2-Clause BSD, GPL 3 (see COPYING.txt)', 'lightgrey'],
  ['apeye', 'LGPLv3+', 'orange'],
  ['pello', 'CC0', '#7cd958'],
  ['c', 'GPLV3', 'orange'],
  ['3to2', 'Apache-2.0', 'green'],
  ['applet3', 'BSD', 'green'],
  ['imapclient', 'BSD', 'green'],
  ['tox', 'MIT', 'green'],
  ['samcell1-0-napari', 'MIT', 'green'],
  ['foo', 'missing', 'red'],
  ['trackpy', 'missing', 'red'],
])('/pypi/l/%s: %s', async (project, message, color) => {
  await check(`/pypi/l/${project}`, message, color);
});

test.each<Row>([
  ['requests', '3.7, 3.8, 3.9, 3.10, 3.11', 'blue'],
  ['flask', '>=3.9', 'blue'],
  ['cheroot', '2.6, 2.7, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6', 'blue'],
  [
    'backports-ssl-match-hostname',
    '2.4, 2.5, 2.6, 2.7, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7',
    'blue',
  ],
  ['python-ldap', '2', 'blue'],
  ['pello', '3', 'blue'],
  ['foo', 'missing', 'red'],
  ['xm-theme', 'missing', 'red'],
])('/py_versions/%s: %s', async (project, message, color) => {
  await check(`/py_versions/${project}/badge`, message, color);
});

test.each<Row>([
  ['/pypi/implementation/libsass', 'cpython | pypy | stackless', 'blue'],
  ['/implementation/xmltodict/badge', 'jython, pypy', 'blue'],
  ['/implementation/flask/badge', 'cpython', 'blue'],
  ['/status/requests/badge', 'stable', 'brightgreen'],
  ['/status/chai/badge', 'mature', 'brightgreen'],
  ['/status/applet3/badge', 'pre-alpha', 'red'],
  ['/status/xmltodict/badge', 'unknown', 'red'],
  ['/pypi/status/xmltodict', 'unknown', 'lightgrey'],
  ['/wheel/requests/badge', 'yes', 'brightgreen'],
  ['/wheel/3to2/badge', 'no', 'red'],
  ['/egg/abydos/badge', 'yes', 'red'],
  ['/egg/requests/badge', 'no', 'brightgreen'],
  ['/format/abydos/badge', 'wheel', 'brightgreen'],
  ['/format/3to2/badge', 'source', 'yellow'],
  ['/format/foo/badge', 'source', 'yellow'],
  ['/types/flask/badge', 'typed', 'brightgreen'],
  ['/types/requests/badge', 'untyped', 'red'],
  ['/requires/requests/badge', '>=3.7, <4', 'blue'],
  ['/requires/cheroot/badge', '>=2.6,!=3.0.*', 'blue'],
  ['/requires/trackpy/badge', 'missing', 'red'],
  ['/pypi/frameworkversions/django/wagtail', '3.2 | 4.0', 'blue'],
  ['/pypi/djversions/djblets', '4.2', 'blue'],
  ['/pypi/frameworkversions/plone/xm-theme', 'missing', 'red'],
  ['/pypi/dm/flask', '157M/month', 'brightgreen'],
  ['/d/flask/badge', '157.2M/month', 'brightgreen'],
  ['/pypi/dw/flask', '39M/week', 'brightgreen'],
  ['/pypi/dd/flask', '6.4M/day', 'brightgreen'],
  ['/pypi/dm/3to2', '0/month', 'red'],
])('%s: %s', async (...row) => {
  await check(...row);
});

test('answers every URL from READMEs with a picture, and known grammars with a badge', async () => {
  const lines = (await readFile(resolve(RECORDED, 'badge-urls.txt'), 'utf8'))
    .split('\n')
    .filter(Boolean);
  const counts = { ok: 0, 'not-found': 0, other: 0 };
  for (const line of lines) {
    const url = URL.parse(line);
    if (url === null || !/^(pypip\.in|img\.shields\.io|badge\.fury\.io)$/.test(url.hostname))
      continue;
    const response = await service.get(url.pathname + url.search);
    const verdict = response.headers.get('x-badge-status');
    expect(response.headers.get('content-type')).toMatch(/^image\//);
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    counts[verdict === 'ok' || verdict === 'not-found' ? verdict : 'other'] += 1;
  }
  expect(counts.other).toBe(0);
  expect(counts.ok).toBeGreaterThan(30);
});

test('no record exceeds 2 kB, not even that of botocore with 2.2 MB', async () => {
  expect(await service.twin('/version/botocore/badge.json')).toMatchObject({
    message: '1.29.78',
  });
  const database = new DatabaseSync(resolve(service.cacheDirectory, 'facts.sqlite'), {
    readOnly: true,
  });
  const row = database
    .prepare('SELECT count(*) AS records, max(length(value)) AS largest FROM records')
    .get();
  database.close();
  expect(Number(row?.['records'])).toBeGreaterThan(50);
  expect(Number(row?.['largest'])).toBeLessThan(2048);
});
