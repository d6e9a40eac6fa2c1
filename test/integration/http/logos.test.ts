import sharp from 'sharp';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startService,
  startServiceForTest,
  type TestService,
} from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script><circle fill="#0c0" r="99"/></svg>';
const SVG_URL = `data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}`;
const CLEAN = SVG.replace(/<script>.*<\/script>/, '').replace('/>', '></circle>');
const python = { namedLogo: 'python' };
const white = { namedLogo: 'pypi', logoColor: '#ffffff' };
const logoSvg = { logoSvg: CLEAN };

const twinSchema = z.record(z.string(), z.unknown());

async function logoOf(path: string): Promise<object> {
  const response = await service.get(path);
  return Object.fromEntries(
    Object.entries(twinSchema.parse(await response.json())).filter(([key]) => /logo/i.test(key)),
  );
}

// prettier-ignore
test.each<[string, object]>([
  ['/pypi/v/requests.json?logo=python',                           python],
  ['/version/requests/badge.json?logo=Python&logoColor=red',      { ...python, logoColor: 'red' }],
  ['/py/requests.json?logo=python&logoSize=auto',                 { ...python, logoSize: 'auto' }],
  ['/badge/a-b-blue.json?logo=python&logoSize=big',               python],
  ['/badge/a-b-blue.json?logo=',                                  {}],
  ['/badge/a-b-blue.json?logo=nothing',                           {}],
  ['/badge/a-b-blue.json?logo=python&logo=pypi',                  {}],
  ['/badge/a-b-blue.json?logoColor=red&logoSize=auto',            {}],
  ['/badge/a-b-blue.json?logo=https%3A%2F%2Fevil.example%2Fx.png', {}],
  // badgen.net and badge.fury.io
  ['/pypi/v/requests.json?icon=pypi',                             white],
  ['/pypi/v/requests.json?icon=pypi&icon_color=ffdd54',           { namedLogo: 'pypi', logoColor: '#ffdd54' }],
  ['/pypi/v/requests.json?icon=pypi&logo=python',                 python],
  ['/py/requests.json?icon=si%3Apython&icon_color=%2331aadd',     { ...python, logoColor: '#31aadd' }],
  ['/py/requests.json?icon=si:python',                            python],
  ['/version/requests/badge.json?icon=pypi',                      {}],
  ['/badge/a-b-blue.json?icon=pypi',                              {}],
  // error badges
  ['/pypi/v/sample-missing.json?logo=python',                     python],
  ['/pypi/v/sample-missing.json?icon=pypi',                       white],
  ['/nothing.json?logo=python',                                   python],
  // images
  [`/badge/a-b-blue.json?logo=${encodeURIComponent(SVG_URL)}`,    logoSvg],
  [`/badge/a-b-blue.json?logo=${SVG_URL}`,                        logoSvg],
  [`/badge/a-b-blue.json?logo=data:image/svg%2Bxml,${encodeURIComponent(SVG)}`, logoSvg],
  [`/pypi/v/requests.json?icon=${encodeURIComponent(SVG_URL)}`,   logoSvg],
])('%s has the logo %o', async (path, logo) => {
  expect(await logoOf(path)).toEqual(logo);
});

describe('a raster logo', () => {
  let query: string;
  beforeAll(async () => {
    const create = { width: 20, height: 20, channels: 3, background: '#f0f' } as const;
    const gif = await sharp({ create }).gif().toBuffer();
    query = `?label=&logo=${encodeURIComponent(`data:image/gif;base64,${gif.toString('base64')}`)}`;
  });

  test('has no place in JSON', async () => {
    expect(await logoOf(`/badge/a-b-blue.json${query}`)).toEqual({});
  });

  test.each(['png', 'jpg', 'gif', 'tiff', 'webp'])('is visible in %s', async (extension) => {
    const response = await service.get(`/badge/a-b-blue.${extension}${query}`);
    const picture = sharp(await response.arrayBuffer());
    const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const at = (10 * info.width + 12) * info.channels;
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    expect([red > 230, green < 30, blue > 230]).toEqual([true, true, true]);
  });

  test('is a PNG in the SVG', async () => {
    const response = await service.get(`/badge/a-b-blue.svg${query}`);
    expect(await response.text()).toMatch(/<image [^>]*href="data:image\/png;base64,[\w+/]+=*"\/>/);
  });
});

test('each logo has a picture of its own', async () => {
  const queries = [
    '',
    '?logo=python',
    '?logo=pypi',
    '?logo=pypi&logoColor=red',
    '?logo=amd',
    '?logo=amd&logoSize=auto',
  ];
  const tags = queries.map(async (query) =>
    (await service.get(`/badge/a-b-blue.svg${query}`)).headers.get('etag'),
  );
  expect(new Set(await Promise.all(tags)).size).toBe(queries.length);
});

test('images count towards the limit of a client; the error badge has no logo then', async () => {
  const limits = { LIMIT_PER_SECOND: '1', LIMIT_BURST: '4', LIMIT_EXEMPT: 'none' };
  const limited = await startServiceForTest(limits);
  const get = async (radius: number) => {
    const image = encodeURIComponent(SVG.replace('99', `${radius}`));
    const response = await limited.get(`/badge/a-b-blue.svg?logo=data:image/svg%2Bxml,${image}`);
    return { status: response.status, hasLogo: (await response.text()).includes('<image') };
  };
  const answers = await Promise.all([get(1), get(2), get(3), get(4)]);
  expect(answers).toContainEqual({ status: 200, hasLogo: true });
  expect(answers).toContainEqual({ status: 429, hasLogo: false });
  // In memory, an image costs nothing.
  const known = answers.findIndex(({ hasLogo }) => hasLogo) + 1;
  expect(await get(known)).toEqual({ status: 200, hasLogo: true });
});

test('a URL of 10,240 bytes is read, and a longer one is the badge `invalid name`', async () => {
  const head = '/badge/a-b-blue.json?strict=1&logo=python&label=';
  const longest = await service.get(head.padEnd(10_240, 'x'));
  expect(longest.status).toBe(200);
  const tooLong = await service.get(head.padEnd(10_241, 'x'));
  expect(tooLong.status).toBe(400);
  expect(await tooLong.json()).toEqual({
    schemaVersion: 1,
    label: 'pypi',
    message: 'invalid name',
    color: 'red',
    isError: true,
    cacheSeconds: 60,
  });
});
