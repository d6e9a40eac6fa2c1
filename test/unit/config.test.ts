import { describe, expect, test } from 'vitest';
import { misspeltSettings, readConfig, settingsSchema } from '../../src/config.ts';
import { SettingsError } from '../../src/errors.ts';

test('has the contract’s defaults', () => {
  expect(readConfig({})).toMatchObject({
    PORT: 8080,
    ADMIN_PORT: 8081,
    ADMIN_HOST: '127.0.0.1',
    REDIS_URL: '',
    FACTS_FRESH_SECONDS: 600,
    FACTS_KEPT_SECONDS: 2_592_000,
    PYPI_URL: 'https://pypi.org',
    PYPI_INDEXES: ['https://test.pypi.org'],
    PYPISTATS_URL: 'https://pypistats.org',
    PYPI_PER_MINUTE: 600,
    PYPISTATS_PER_MINUTE: 20,
    TRUSTED_PROXIES: [],
    LOG_LEVEL: 'info',
  });
});

test('treats an empty variable as not set', () => {
  expect(readConfig({ PORT: '', REDIS_URL: ' ', TRUSTED_PROXIES: '' })).toEqual(readConfig({}));
});

test('parses values', () => {
  const config = readConfig({
    PORT: '9000',
    PYPI_URL: 'http://127.0.0.1:9/mirror/',
    PYPI_INDEXES: 'https://Index.Example:443/Simple/, https://index.example/Simple,http://a:81',
    REDIS_URL: 'redis://:secret@127.0.0.1:6379/2',
    TRUSTED_PROXIES: '10.0.0.0/8, ::1 ,fd00::/8',
  });
  expect(config.PORT).toBe(9000);
  expect(config.PYPI_URL).toBe('http://127.0.0.1:9/mirror');
  expect(config.PYPI_INDEXES).toEqual(['https://index.example/Simple', 'http://a:81']);
  expect(readConfig({ PYPI_INDEXES: 'none' }).PYPI_INDEXES).toEqual([]);
  expect(config.TRUSTED_PROXIES).toEqual(['10.0.0.0/8', '::1', 'fd00::/8']);
  expect(Object.isFrozen(config)).toBe(true);
});

test.each([
  ['PORT', 'eighty'],
  ['PORT', '70000'],
  ['PORT', '80.5'],
  ['ADMIN_PORT', '-1'],
  ['ADMIN_PORT', '8080'],
  ['REDIS_URL', 'http://127.0.0.1'],
  ['REDIS_URL', 'secret'],
  ['CACHE_MAX_BYTES', '1'],
  ['FACTS_FRESH_SECONDS', '0'],
  ['FACTS_KEPT_SECONDS', '10'],
  ['PYPI_URL', 'pypi.org'],
  ['PYPI_URL', 'ftp://pypi.org'],
  ['PYPI_URL', 'https://name:password@pypi.org'],
  ['VARNISH_URLS', ','],
  ['REDIS_SENTINELS', ' , '],
  ['TRUSTED_PROXIES', '/'],
  ['PYPI_INDEXES', 'test.pypi.org'],
  ['PYPI_INDEXES', 'https://name:password@test.pypi.org'],
  ['PYPI_INDEXES', Array.from({ length: 17 }, (_, i) => `https://a${i}.example`).join()],
  ['PYPISTATS_URL', 'https://name@pypistats.org'],
  ['VARNISH_URLS', 'http://127.0.0.1:6085,http://:password@127.0.0.1:6085'],
  ['PYPISTATS_PER_MINUTE', '31'],
  ['CONTACT', 'naïve'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', 'proxy.example'],
  ['LIMIT_BURST', '1'],
  ['LOG_LEVEL', 'loud'],
])('rejects %s=%s and names the variable', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(SettingsError);
  expect(() => readConfig({ [name]: value })).toThrow(`${name}: `);
});

test('reports all faults at once, without secrets', () => {
  const secret = 'hunter2-very-secret';
  const read = () => readConfig({ PORT: 'x', LOG_LEVEL: 'loud', REDIS_URL: `htt://:${secret}@h` });
  expect(read).toThrow(/PORT: [^]*LOG_LEVEL: |LOG_LEVEL: [^]*PORT: /);
  expect(read).toThrow('REDIS_URL: ');
  expect(read).not.toThrow(secret);
  const readOthers = () =>
    readConfig({ PYPI_URL: `https://u:${secret}@h`, VARNISH_URLS: `http://u:${secret}@h` });
  expect(readOthers).toThrow('PYPI_URL: must not contain a name or a password');
  expect(readOthers).not.toThrow(secret);
});

describe('a process that serves badges behind an edge', () => {
  const read = (settings: Record<string, string>) => () =>
    readConfig(settings, { servesBadges: true });
  test.each([
    ['http://127.0.0.1:6085', '127.0.0.1'],
    ['http://10.1.2.3:6085,http://10.1.2.4:6085,http://10.1.2.3:6086', '10.1.2.3,10.1.2.4'],
    ['http://[fd00::1]:6085', 'fd00::1'],
    ['http://localhost:6085', '127.0.0.1,::1'],
    ['http://varnish:6085', '<address of varnish>'],
  ])('must trust %s, and is told the line to add', (VARNISH_URLS, addresses) => {
    for (const TRUSTED_PROXIES of ['', 'none']) {
      const start = read({ VARNISH_URLS, TRUSTED_PROXIES });
      expect(start).toThrow(SettingsError);
      expect(start).toThrow(`add TRUSTED_PROXIES=${addresses}`);
    }
  });

  test('starts with the line, and so does what serves none, or has no edge', () => {
    const VARNISH_URLS = 'http://127.0.0.1:6085';
    expect(read({ VARNISH_URLS, TRUSTED_PROXIES: '127.0.0.1' })).not.toThrow();
    expect(read({})).not.toThrow();
    expect(() => readConfig({ VARNISH_URLS })).not.toThrow();
  });
});

test('describes every setting', () => {
  for (const [name, schema] of Object.entries(settingsSchema.shape)) {
    expect(`${name}: ${schema.description}`).toMatch(/: [a-zA-Z?].{10,}/);
  }
});

test.each([
  ['PORT', 'eighty', /^PORT: must be a port, from 0 to 65535$/],
  [
    'CACHE_MAX_BYTES',
    '16MB',
    /^CACHE_MAX_BYTES: must be a whole number of bytes, such as 16777216/,
  ],
  ['FACTS_FRESH_SECONDS', '10m', /^FACTS_FRESH_SECONDS: must be a whole number of seconds/],
  ['LIMIT_BURST', '1.5', /^LIMIT_BURST: must be a whole number, at least 1$/],
  ['CACHE_MAX_BYTES', '1', /^CACHE_MAX_BYTES: .*, at least 8388608$/],
  ['FOLLOW_SECONDS', '1', /^FOLLOW_SECONDS: .*, from 5 to 60$/],
  ['PYPISTATS_PER_MINUTE', '100', /: must be a whole number, from 5 to 30$/],
  ['FOLLOW_FEED', 'RSS', /^FOLLOW_FEED: must be one of: rss, changelog$/],
  ['PUBLIC_URL', 'http://a,http://b', /^PUBLIC_URL: must be a URL such as https:\/\/badges/],
  ['PYPI_INDEXES', 'nonsense', /^PYPI_INDEXES: must be URLs such as https:\/\/test\.pypi\.org$/],
  ['TRUSTED_PROXIES', '10.0.0.0/', /^TRUSTED_PROXIES: must be addresses or ranges/],
  ['REDIS_URL', 'redis://127.0.0.1/abc', /^REDIS_URL: must end with .* the number of a database/],
  ['REDIS_URL', '127.0.0.1:6379', /^REDIS_URL: must be a URL such as redis:\/\/127\.0\.0\.1:6379$/],
])('tells what %s must be instead of %s', (name, value, words) => {
  const read = () => readConfig({ [name]: value });
  expect(read).toThrow(SettingsError);
  const [, fault = ''] = faultOf(read).split('\n  ');
  expect(fault).toMatch(words);
});

function faultOf(read: () => unknown): string {
  try {
    read();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

test.each([
  ['PURGEKEY', 'PURGE_KEY'],
  ['VARNISH_URL', 'VARNISH_URLS'],
  ['PORTT', 'PORT'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['pypi_url', 'PYPI_URL'],
  ['TRUSTED_PROXY', undefined],
  ['HOME', undefined],
  ['HOSTNAME', undefined],
  ['PATH', undefined],
  ['NODE_OPTIONS', undefined],
  ['MALLOC_ARENA_MAX', undefined],
])('warns of %s if it is nearly a setting', (name, setting) => {
  const words = `${name} is no setting and has no effect: ${setting} is one`;
  expect(misspeltSettings({ [name]: 'x', PORT: '1' })).toEqual(
    setting === undefined ? [] : [words],
  );
});
