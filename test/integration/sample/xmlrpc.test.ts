import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectsNamed } from '../../../sample/projects/many-projects.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { call, callRaw, changelog, lastSerial, readOutcome } from './feeds.ts';

const standIn = createStandIn({ projects: projectsNamed(3) });
beforeAll(() => standIn.listen());
afterAll(() => standIn.close());

const post = (body: string, type = 'text/xml', path = '/pypi') =>
  ask(standIn.url + path, { 'content-type': type }, 'POST', body);

describe('changelog_last_serial', () => {
  test.each(['/pypi', '/pypi/', '/RPC2'])('at %s is an integer', async (path) => {
    const { status, headers, value } = await call(standIn.url, 'changelog_last_serial', [], path);
    expect({ status, type: headers['content-type'], value }).toEqual({
      status: 200,
      type: 'text/xml; charset=UTF-8',
      value: 30_000_034,
    });
  });

  test('is laid out as Python does', async () => {
    const { text } = await call(standIn.url, 'changelog_last_serial');
    expect(text).toBe(
      `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><int>30000034</int></value>\n</param>\n</params>\n</methodResponse>\n`,
    );
  });
});

describe('changelog_since_serial', () => {
  test('gives the rows after a serial, the oldest first', async () => {
    const rows = await changelog(standIn.url, 0);
    expect(rows).toEqual([
      ['followed-0001', '1.0', 1_577_880_000, 'new release', 30_000_000],
      ['followed-0002', '1.0', 1_577_880_060, 'new release', 30_000_017],
      ['followed-0003', '1.0', 1_577_880_120, 'new release', 30_000_034],
    ]);
    expect(await changelog(standIn.url, 30_000_000)).toEqual(rows.slice(1));
    expect(await changelog(standIn.url, 30_000_016)).toEqual(rows.slice(1));
  });

  test.each([30_000_034, 30_000_035, 99_999_999])('of %i is empty', async (serial) => {
    expect(await changelog(standIn.url, serial)).toEqual([]);
  });

  test('is laid out as Python does, null as <nil/>', async () => {
    const other = createStandIn({ projects: projectsNamed(1) });
    await other.listen();
    other.remove('followed-0001');
    const { text } = await call(other.url, 'changelog_since_serial', [30_000_000]);
    expect(text.replace(/\d{10}/, '0')).toBe(
      `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><array><data>\n<value><array><data>\n<value><string>followed-0001</string></value>\n<value><nil/></value><value><int>0</int></value>\n<value><string>remove project</string></value>\n<value><int>30000001</int></value>\n</data></array></value>\n</data></array></value>\n</param>\n</params>\n</methodResponse>\n`,
    );
    await other.close();
  });

  test('gives 50 000 rows at the most, and the rest to whoever asks again', async () => {
    const other = createStandIn({ projects: projectsNamed(1) });
    await other.listen();
    for (let count = 0; count < 25_010; count += 1) {
      other.yank('followed-0001', '1.0');
      other.unyank('followed-0001', '1.0');
    }
    const serials = async (since: number) =>
      Array.from(
        (await callRaw(other.url, 'changelog_since_serial', [since])).text.matchAll(
          /<int>(\d{8})<\/int>/g,
        ),
        ([, serial]) => Number(serial),
      );
    const first = await serials(30_000_000);
    expect(first).toHaveLength(50_000);
    expect(first.at(0)).toBe(30_000_001);
    expect(first.at(-1)).toBe(30_050_000);
    expect(await serials(30_050_000)).toHaveLength(20);
    await other.close();
  });
});

describe('faults', () => {
  const INSTEAD = 'Use JSON or Simple API instead. See ';
  test.each([
    ['nothing', [], -32_601, 'server error; requested method not found'],
    ['changelog_last_serial', [1], -32_602, 'client error; 1: Unexpected positional argument'],
    ['changelog_since_serial', [], -32_602, 'client error; serial: Missing required argument'],
    [
      'changelog_since_serial',
      ['<string>1</string>'],
      -32_602,
      'client error; serial: Input should be a valid integer',
    ],
    [
      'changelog_since_serial',
      ['one', 2],
      -32_602,
      'client error; serial: Input should be a valid integer; 2: Unexpected positional argument',
    ],
    ['list_packages', [], -32_500, `XMLRPC list_packages method. ${INSTEAD}`],
    ['package_releases', [], -32_500, `XMLRPC package_releases method. ${INSTEAD}`],
    ['release_urls', [], -32_500, `XMLRPC package_releases method. ${INSTEAD}`],
    ['release_data', [], -32_500, `XMLRPC release_data method. ${INSTEAD}`],
    ['search', [], -32_500, "PyPI no longer supports 'pip search' (or XML-RPC search)."],
  ] as const)('%s(%j) is %i', async (method, args, code, message) => {
    const { status, headers, fault } = await call(standIn.url, method, args);
    expect({ status, type: headers['content-type'], code: fault?.code }).toEqual({
      status: 200,
      type: 'text/xml; charset=UTF-8',
      code,
    });
    expect(fault?.message).toContain(message);
  });

  test.each(['', 'not XML', '<methodCall>', '<methodCall></methodCall>', '{"method": "x"}'])(
    '%j is no call',
    async (body) => {
      expect(readOutcome(await post(body)).fault).toEqual({
        code: -32_700,
        message: 'parse error; not well formed',
      });
    },
  );

  test('of a removed method stand in one line, as the CDN has them', async () => {
    const { text } = await call(standIn.url, 'list_packages');
    expect(text).toBe(
      "<?xml version='1.0'?><methodResponse><fault><value><struct><member><name>faultCode</name><value><int>-32500</int></value></member><member><name>faultString</name><value><string>RuntimeError: PyPI no longer supports the XMLRPC list_packages method. Use JSON or Simple API instead. See https://warehouse.pypa.io/api-reference/xml-rpc.html#deprecated-methods for more information.</string></value></member></struct></value></fault></methodResponse>",
    );
  });
});

test.each([
  ['another type', 'application/xml', '<methodCall/>', 404],
  ['a body of a megabyte', 'text/xml', 'x'.repeat(1_000_000), 413],
  ['a type with a charset', 'text/xml; charset=utf-8', '<methodCall/>', 200],
])('a request with %s', async (_, type, body, status) => {
  expect(await post(body, type)).toMatchObject({ status });
});

test.each(['GET', 'HEAD'] as const)('%s of /pypi is no call', async (method) => {
  expect(await ask(`${standIn.url}/pypi`, {}, method)).toMatchObject({ status: 404 });
});

test('calls are logged', async () => {
  await call(standIn.url, 'changelog_last_serial', [], '/pypi/');
  expect(standIn.requests.at(-1)).toMatchObject({ method: 'POST', path: '/pypi/', status: 200 });
});

describe('the limit', () => {
  test('is told with every answer that counts', async () => {
    const { headers } = await call(standIn.url, 'changelog_last_serial');
    expect(headers['ratelimit-policy']).toBe('"xmlrpc.client";q=3600;w=3600;pk=:ip:');
    expect(headers['ratelimit']).toMatch(/^"xmlrpc\.client";r=3\d{3};t=3[56]\d\d$/);
    const other = await call(standIn.url, 'list_packages');
    expect(other.headers).not.toHaveProperty('ratelimit');
  });

  test('that is reached is a fault, and nothing else', async () => {
    const other = createStandIn({ projects: projectsNamed(1), callsPerHour: 3 });
    await other.listen();
    expect(await lastSerial(other.url)).toBe(30_000_000);
    expect(await lastSerial(other.url)).toBe(30_000_000);
    for (let count = 0; count < 3; count += 1) {
      const { status, headers, fault } = await call(other.url, 'changelog_last_serial');
      expect(status).toBe(200);
      expect(headers['ratelimit']).toMatch(/^"xmlrpc\.client";r=0;t=3[56]\d\d$/);
      expect(fault?.code).toBe(-32_500);
      expect(fault?.message).toMatch(
        /^HTTPTooManyRequests: The action could not be performed because there were too many requests by the client\. Limit may reset in 3[56]\d\d seconds\.$/,
      );
    }
    expect((await call(other.url, 'nothing')).fault?.code).toBe(-32_601);
    expect(await ask(`${other.url}/rss/updates.xml`)).toMatchObject({ status: 200 });
    await other.close();
  });
});
