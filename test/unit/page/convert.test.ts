import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInput } from '../../../page/shared/input.js';
import { servedWith } from '../../../src/badges/catalog.ts';
import { createCatalog } from '../../../src/pages/catalog.ts';
import type { Catalog, CatalogKind } from '../../../page/types.ts';

const catalog = createCatalog(servedWith(false));
const text = { changes: 'look', about: '', example: '', isOffered: true } as const;
/** With what later versions of the catalog have. */
const whole: Catalog = {
  ...catalog,
  parameters: [
    ...catalog.parameters,
    ...['logo', 'logoColor', 'icon'].map((name) => Object.assign({ name }, text)),
  ],
};

/** Returns our URL and the notes for a URL. */
function convert(url: string, known = whole): { to: string | undefined; notes: readonly string[] } {
  const input = readInput(url, known);
  if (input.type === 'refused') return { to: undefined, notes: [input.reason] };
  if (input.type !== 'badge') throw new Error(`${url} is a ${input.type}`);
  return { to: input.badge.to, notes: input.badge.notes };
}

describe('a URL that moves by its host alone', () => {
  test.each([
    ['https://img.shields.io/pypi/v/requests', '/pypi/v/requests'],
    [
      'https://img.shields.io/pypi/v/requests.svg?style=plastic',
      '/pypi/v/requests.svg?style=plastic',
    ],
    ['//img.shields.io/pypi/v/requests', '/pypi/v/requests'],
    ['img.shields.io/pypi/v/requests', '/pypi/v/requests'],
    ['https://img.shields.io/pypi/l/requests/2.31.0.json', '/pypi/l/requests/2.31.0.json'],
    ['https://img.shields.io/pypi/v/ruamel.yaml', '/pypi/v/ruamel.yaml'],
    [
      'https://img.shields.io/pypi/frameworkversions/django/wagtail',
      '/pypi/frameworkversions/django/wagtail',
    ],
    [
      'https://img.shields.io/pypi/v/uv?logo=python&logoColor=D7FF64',
      '/pypi/v/uv?logo=python&logoColor=D7FF64',
    ],
    ['https://img.shields.io/pypi/v/uv?label', '/pypi/v/uv?label='],
    ['https://img.shields.io/badge/a--b-c%2Fd-blue.svg', '/badge/a--b-c%2Fd-blue.svg'],
    ['https://img.shields.io/badge/Python-3.6+-blue', '/badge/Python-3.6+-blue'],
    ['https://img.shields.io/:a-b-green', '/:a-b-green'],
    [
      'https://img.shields.io/static/v1?label=a&message=b&color=red',
      '/static/v1?label=a&message=b&color=red',
    ],
    ['https://badgen.net/pypi/v/gpt3discord/', '/pypi/v/gpt3discord'],
    ['https://badgen.net/pypi/python/black?icon=pypi', '/pypi/python/black?icon=pypi'],
    ['https://badgen.net/badge/chat/on%20matrix/green', '/badge/chat/on%20matrix/green'],
    ['https://badge.fury.io/py/requests.svg', '/py/requests.svg'],
    ['https://badge.fury.io/py/requests@2x.png', '/py/requests@2x.png'],
    ['https://pypip.in/v/requests/badge.png', '/v/requests/badge.png'],
    ['https://pypip.in/d/jedi/badge.png?period=week', '/d/jedi/badge.png?period=week'],
  ])('%s', (from, to) => {
    expect(convert(from)).toEqual({ to, notes: [] });
  });
});

describe('a URL that is spelled anew', () => {
  test.each([
    [
      'https://img.shields.io/pypi/v/a?colorA=333&colorB=red&maxAge=900',
      '/pypi/v/a?labelColor=333&color=red&cacheSeconds=900',
    ],
    ['https://img.shields.io/pypi/v/a?colorB=red&color=blue', '/pypi/v/a?color=blue'],
    ['https://img.shields.io/pypi/v/a?style=popout-square', '/pypi/v/a?style=flat-square'],
    ['https://img.shields.io/badge/a-(b)-rgb(1,2,3)', '/badge/a-%28b%29-rgb%281,2,3%29'],
    ['https://raster.shields.io/pypi/v/requests', '/pypi/v/requests.png'],
    ['https://flat.badgen.net/pypi/v/a', '/pypi/v/a?style=flat-square'],
    ['https://badge.fury.io/py/requests', '/py/requests.svg'],
    [
      'https://badge.fury.io/py/a.svg?icon=si%3Apython&icon_color=%2331aadd',
      '/py/a.svg?logo=python&logoColor=%2331aadd',
    ],
    ['https://pypip.in/d/mixer.png', '/d/mixer/badge.png'],
    ['https://pypip.in/d/a/badge.png!:https://crate.io/package/a', '/d/a/badge.png'],
    [
      'https://camo.githubusercontent.com/0123456789abcdef/68747470733a2f2f696d672e736869656c64732e696f2f707970692f762f7265717565737473',
      '/pypi/v/requests',
    ],
  ])('%s', (from, to) => {
    expect(convert(from)).toEqual({ to, notes: [] });
  });

  test('pepy.tech: counts are without mirrors here', () => {
    const month = convert('https://static.pepy.tech/badge/requests/month');
    expect(month).toEqual({
      to: '/pypi/dm/requests.svg',
      notes: [expect.stringContaining('mirrors')],
    });
    const personal =
      'https://static.pepy.tech/personalized-badge/a?period=week&units=none&left_color=black&right_color=orange&left_text=uses';
    expect(convert(personal).to).toBe(
      '/pypi/dw/a.svg?labelColor=black&color=orange&label=uses&number=full',
    );
  });

  test('pepy.tech: a total becomes a month where totals are not known, and stays one where they are', () => {
    expect(convert('https://pepy.tech/badge/requests')).toEqual({
      to: '/pypi/dm/requests.svg',
      notes: [expect.stringContaining('not known'), expect.stringContaining('mirrors')],
    });
    const [first] = catalog.kinds;
    if (first === undefined) throw new Error('no kinds');
    const total: CatalogKind = {
      ...first,
      id: 'total',
      facts: 'downloads',
      names: { shields: ['dt'] },
    };
    const known = { ...whole, kinds: [...whole.kinds, total] };
    expect(convert('https://pepy.tech/badge/requests', known).to).toBe('/pepy/dt/requests.svg');
  });
});

describe('what is lost is said', () => {
  test.each([
    ['https://img.shields.io/pypi/v/a?link=https://x.org', '/pypi/v/a', 'no links'],
    ['https://img.shields.io/pypi/v/a?logoWidth=40', '/pypi/v/a', '2025'],
    ['https://img.shields.io/pypi/v/a?nonsense=1', '/pypi/v/a', '“nonsense”'],
    ['https://img.shields.io/pypi/v/a?color=red&color=blue', '/pypi/v/a', 'more than once'],
    ['https://img.shields.io/pypi/v/a?style=round', '/pypi/v/a', '“round”'],
    ['https://img.shields.io/pypi/v/a?period=week', '/pypi/v/a', 'does not change'],
    ['https://pypip.in/d/PYPI_PKG_NAME/badge.png', '/d/PYPI_PKG_NAME/badge.png', 'placeholder'],
  ])('%s', (from, to, note) => {
    expect(convert(from)).toEqual({ to, notes: [expect.stringContaining(note)] });
  });
});

describe('what has no badge here is refused in words', () => {
  test.each([
    ['https://img.shields.io/github/stars/a/b', 'PyPI'],
    ['https://img.shields.io/pypi/nonsense/a', '“nonsense”'],
    ['https://img.shields.io/pypi/v/pypa/pip/develop.svg', 'never worked'],
    ['https://img.shields.io/pypi/v/-a-', 'name'],
    ['https://img.shields.io/pypi/dm/a/1.0', 'releases'],
    ['https://img.shields.io/badge/dynamic/json?url=x', 'another host'],
    ['https://img.shields.io/endpoint?url=x', 'PyPI'],
    ['https://badge.fury.io/rb/rails.svg', 'PyPI'],
    ['https://pypip.in/version/', 'no project'],
    ['https://example.org/badge.svg', 'example.org'],
    ['javascript:alert(1)', 'javascript:'],
    ['data:text/html,<script>', 'data:'],
    ['https://', 'valid'],
    [`https://img.shields.io/badge/${'x'.repeat(20_000)}`, 'too long'],
    ['two words', 'neither'],
    ['requests==2.32.3', 'neither'],
    ['binary \u0000 bytes', 'not a text'],
    ['x'.repeat(2 ** 20 + 1), '1 MiB'],
    ['a text\nwithout badges', 'no badge'],
  ])('%.60s', (from, reason) => {
    expect(convert(from)).toEqual({ to: undefined, notes: [expect.stringContaining(reason)] });
  });

  test('a badge of another index, where none is served', () => {
    const known = {
      ...catalog,
      parameters: catalog.parameters.filter(({ name }) => name !== 'pypiBaseUrl'),
    };
    const url = 'https://img.shields.io/pypi/v/a?pypiBaseUrl=https%3A%2F%2Ftest.pypi.org';
    expect(convert(url, known)).toEqual({
      to: undefined,
      notes: [expect.stringContaining('index')],
    });
  });
});

test.each([
  ['requests'],
  [' requests\n'],
  ['https://pypi.org/project/requests/'],
  ['https://pypi.org/project/requests/2.31.0/#files'],
  ['https://pypi.python.org/pypi/requests'],
  ['https://pypistats.org/packages/requests'],
  ['[project]\nname = "requests" # the name'],
  ["# comment\n[build-system]\nrequires = []\n[ project ]\nname='requests'"],
  ['[tool.poetry]\n"name" = "requests"'],
  ['project.name = "requests"'],
  ['[[tool.mypy.overrides]]\nmodule = "a"\n[project]\nname = "requests"'],
  ['[project]\ndescription = """\nname = "other"\n"""\nname = "requests"'],
])('%j names the project requests', (given) => {
  expect(readInput(given, catalog)).toEqual({ type: 'project', project: 'requests' });
});

test.each([
  ['[project]\nversion = "1"', 'names no project'],
  ['[tool.black]\nname = "x"', 'names no project'],
  ['[project]\nname = requests', 'line 2'],
  ['[project]\nname = "requests', 'line 2'],
  ['[project]\nname = "no name"', '“no name”'],
])('%j is refused', (given, reason) => {
  const input = readInput(given, catalog);
  expect(input.type === 'refused' && input.reason).toContain(reason);
});

test('our own URLs stay as they are', () => {
  const input = readInput(
    'https://badges.test/pypi/v/a?style=social',
    catalog,
    'https://badges.test',
  );
  expect(input).toMatchObject({ badge: { to: '/pypi/v/a?style=social', notes: [] } });
  expect(readInput('/version/a/badge.svg', catalog, 'https://badges.test')).toMatchObject({
    badge: { to: '/version/a/badge.svg' },
  });
});

test('any text is read without an error, and what it becomes begins with a slash', () => {
  const host = fc.constantFrom(
    'img.shields.io',
    'badgen.net',
    'badge.fury.io',
    'pepy.tech',
    'pypip.in',
  );
  const path = fc.string({
    unit: fc.constantFrom(...Array.from('/pypi/v%2F-_.:?&=[]()<>"\'é\u202e ab')),
  });
  const url = fc.tuple(host, path).map(([name, rest]) => `https://${name}/${rest}`);
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), url), (given) => {
      const input = readInput(given, catalog, 'https://badges.test');
      if (input.type !== 'badge' || input.badge.to === undefined) return;
      expect(input.badge.to).toMatch(/^\/(?!\/)[^\s"'<>()[\]\\]*$/);
    }),
  );
});
