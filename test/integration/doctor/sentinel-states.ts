import type { Settings, State } from './states.ts';

type RestOf<S> = S extends readonly [string, unknown, ...infer Rest] ? Rest : never;

const OTHER_PASSWORD = { REDIS_PASSWORD: 'other' };
const OTHER_SENTINEL_PASSWORD = { REDIS_SENTINEL_PASSWORD: 'other' };

/** What is different from the settings of sentinels that work. */
export const SENTINEL_STATES: readonly (readonly [State[0], Settings, ...RestOf<State>])[] = [
  ['sentinels name the master', {}, 'redis', 'ok', /takes writes/],
  ['the sentinels work', {}, 'sentinel', 'ok', /knows mymaster, and has a quorum/],
  ['the master has another password', OTHER_PASSWORD, 'redis', 'fail', /WRONGPASS.*\n.*_PASSWORD/],
  [
    'the sentinels have another password',
    OTHER_SENTINEL_PASSWORD,
    'sentinel',
    'fail',
    /WRONGPASS.*\nSet REDIS_SENTINEL_PASSWORD/,
  ],
  [
    'the sentinels have another password',
    OTHER_SENTINEL_PASSWORD,
    'redis',
    'fail',
    /^All sentinels are unreachable.*\nCheck REDIS_SENTINELS/,
  ],
  [
    'the sentinels watch another master',
    { REDIS_MASTER: 'other' },
    'sentinel',
    'fail',
    /No such master.*\nSet REDIS_MASTER/,
  ],
  [
    'a sentinel is down',
    { REDIS_SENTINELS: 'redis://127.0.0.1:9' },
    'sentinel',
    'warn',
    /ECONNREFUSED.*\nCheck that it runs/,
  ],
];
