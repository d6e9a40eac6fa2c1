import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { SettingsError } from '../../../src/errors.ts';
import { redisSite } from '../../../src/store/settings.ts';

type Settings = Readonly<Record<string, string>>;

const SENTINELS = 'redis://10.0.0.1:26379, redis://sentinel-2,redis://[fd00::3]:5000/';
const SITE = { REDIS_SENTINELS: SENTINELS, REDIS_MASTER: 'mymaster' };
const SECRET = 'hunter2-very-secret';

const siteOf = (settings: Settings) => redisSite(readConfig(settings));

describe('Redis is', () => {
  test('nowhere by default', () => {
    expect(siteOf({})).toBeUndefined();
    expect(siteOf({ REDIS_SENTINELS: '' })).toBeUndefined();
  });

  test('where REDIS_URL says', () => {
    expect(siteOf({ REDIS_URL: 'redis://:a@h' })).toEqual({ url: 'redis://:a@h' });
  });

  test('where the sentinels say', () => {
    expect(siteOf(SITE)).toEqual({
      sentinels: [
        { host: '10.0.0.1', port: 26_379 },
        { host: 'sentinel-2', port: 26_379 },
        { host: 'fd00::3', port: 5_000 },
      ],
      master: 'mymaster',
      password: '',
      sentinelPassword: '',
      hasTls: false,
    });
  });

  test('reached with passwords and TLS', () => {
    const settings = { REDIS_SENTINELS: 'rediss://h', REDIS_MASTER: 'm' };
    const words = { REDIS_PASSWORD: 'a b', REDIS_SENTINEL_PASSWORD: 'c#' };
    expect(siteOf({ ...settings, ...words })).toMatchObject({
      password: 'a b',
      sentinelPassword: 'c#',
      hasTls: true,
    });
  });
});

describe('settings of Redis', () => {
  test.each<[what: string, settings: Settings, faults: RegExp[]]>([
    [
      'with two places and without a master',
      { REDIS_URL: 'redis://h', REDIS_SENTINELS: 'redis://h' },
      [/^REDIS_URL: must not be set together with REDIS_SENTINELS/, /^REDIS_MASTER: must name/],
    ],
    [
      'of sentinels, without them',
      { REDIS_MASTER: 'm', REDIS_PASSWORD: 'a', REDIS_SENTINEL_PASSWORD: 'b' },
      [/^REDIS_MASTER: has no/, /^REDIS_PASSWORD: has no/, /^REDIS_SENTINEL_PASSWORD: has no/],
    ],
    [
      'that are wrong, with others that are',
      { PORT: 'x', REDIS_SENTINELS: 'http://h', REDIS_URL: 'redis://h' },
      [/^PORT: /, /^REDIS_SENTINELS: must be URLs such as redis:/, /^REDIS_URL: /, /^REDIS_MASTER/],
    ],
  ])('%s are refused, with all faults at once', (_, settings, faults) => {
    const told = faultsOf(settings);
    expect(told).toHaveLength(faults.length);
    for (const fault of faults) expect(told).toContainEqual(expect.stringMatching(fault));
  });

  test.each([
    `redis://:${SECRET}@h`,
    `redis://${SECRET}@h:1`,
    'redis://h/0',
    'redis://h?db=1',
    'h:26379',
    'redis://h,rediss://h',
    'redis://',
  ])('do not name a sentinel by %s', (url) => {
    const told = faultsOf({ REDIS_SENTINELS: url, REDIS_MASTER: 'm' });
    expect(told).toEqual([expect.stringMatching(/^REDIS_SENTINELS: must be URLs such as/)]);
    expect(told.join('')).not.toContain(SECRET);
  });
});

function faultsOf(settings: Settings): string[] {
  try {
    readConfig(settings);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message.split('\n  ').slice(1);
  }
}
