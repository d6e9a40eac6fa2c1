import { expect, test } from 'vitest';
import { takePassedSocket } from '../../src/config.ts';

const OWN = `${process.pid}`;

test.each([
  ['none handed over', {}, undefined],
  ['one', { LISTEN_PID: OWN, LISTEN_FDS: '1' }, 3],
  ['several, of which the first is ours', { LISTEN_PID: OWN, LISTEN_FDS: '2' }, 3],
  ['those of a parent', { LISTEN_PID: '1', LISTEN_FDS: '1' }, undefined],
  ['an empty hand', { LISTEN_PID: OWN, LISTEN_FDS: '0' }, undefined],
  ['no owner', { LISTEN_FDS: '1' }, undefined],
  ['nonsense', { LISTEN_PID: OWN, LISTEN_FDS: 'three' }, undefined],
])('sockets in the environment: %s', (_, variables, descriptor) => {
  const environment = { ...variables, LISTEN_FDNAMES: 'badges', PORT: '1' };
  expect(takePassedSocket(environment)).toBe(descriptor);
  expect(environment).toEqual({ PORT: '1' });
});
