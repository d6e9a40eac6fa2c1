import { expect, test } from 'vitest';
import {
  blockListOf,
  clientAddress,
  createRateLimit,
} from '../../../../src/http/limits/rate-limit.ts';

function requestFrom(remoteAddress: string, forwarded = '') {
  return { get: () => forwarded, socket: { remoteAddress } };
}

test.each([
  ['no trusted proxy', [], '1.1.1.1', '9.9.9.9', '1.1.1.1'],
  ['a trusted proxy', ['10.0.0.0/8'], '10.1.2.3', '9.9.9.9', '9.9.9.9'],
  ['a forged address further left', ['10.0.0.0/8'], '10.1.2.3', '8.8.8.8, 9.9.9.9', '9.9.9.9'],
  ['two trusted proxies', ['10.0.0.0/8'], '10.1.2.3', '9.9.9.9, 10.9.9.9', '9.9.9.9'],
  ['a proxy that sends nothing', ['10.0.0.0/8'], '10.1.2.3', '', '10.1.2.3'],
  ['a proxy that sends nonsense', ['10.0.0.0/8'], '10.1.2.3', 'unknown', '10.1.2.3'],
  ['IPv4 mapped to IPv6', ['127.0.0.1'], '::ffff:127.0.0.1', '::ffff:9.9.9.9', '9.9.9.9'],
  ['IPv6', ['fd00::/8'], 'fd00::1', '2001:db8::1', '2001:db8::1'],
])('finds the client’s address behind %s', (_, trusted, remote, forwarded, expected) => {
  expect(clientAddress(requestFrom(remote, forwarded), blockListOf(trusted))).toBe(expected);
});

function rateLimitAt(clock: () => number) {
  return createRateLimit({
    perSecond: 2,
    burst: 3,
    trustedProxies: [],
    exempt: ['10.0.0.1'],
    clock,
  });
}

test('allows a burst, then the rate per second', () => {
  let now = 1_000_000;
  const rateLimit = rateLimitAt(() => now);
  const charge = () => rateLimit.charge(requestFrom('1.1.1.1'));
  for (let i = 0; i < 3; i += 1) charge();
  expect(charge).toThrow(expect.objectContaining({ code: 'limited', retryAfterSeconds: 1 }));
  now += 500;
  charge();
  expect(charge).toThrow();
  now += 1_500;
  for (let i = 0; i < 3; i += 1) charge();
  expect(charge).toThrow();
});

test('gives each IPv4 address and each IPv6 /64 a bucket, and exempt addresses none', () => {
  const rateLimit = rateLimitAt(() => 0);
  const charge = (address: string) => () => rateLimit.charge(requestFrom(address));
  for (let i = 0; i < 3; i += 1) charge('2001:db8:0:1::1')();
  expect(charge('2001:db8:0:1:ffff::2')).toThrow();
  expect(charge('2001:db8::1:0:0:0:9')).toThrow();
  charge('2001:db8:0:2::1')();
  charge('1.1.1.1')();
  for (let i = 0; i < 100; i += 1) charge('10.0.0.1')();
});

test('allows an IPv6 /48 as much as eight clients', () => {
  const rateLimit = rateLimitAt(() => 0);
  const charge = (network: string) => rateLimit.charge(requestFrom(`${network}::1`));
  for (let i = 0; i < 8 * 3; i += 1) charge(`2001:db8:1:${i.toString(16)}`);
  for (let i = 0; i < 100; i += 1)
    expect(() => charge(`2001:db8:1:a${i}`)).toThrow(expect.objectContaining({ code: 'limited' }));
  for (let i = 0; i < 3; i += 1) charge('2001:db8:2:1');
});

test('gives priority to clients that ask for less, and to exempt ones first', () => {
  const rateLimit = rateLimitAt(() => 0);
  const priorityOf = (address: string, cost?: number) =>
    rateLimit.charge(requestFrom(address), cost);
  const priorities = [
    priorityOf('10.0.0.1'),
    priorityOf('1.1.1.1'),
    priorityOf('2.2.2.2', 2),
    priorityOf('2.2.2.2'),
  ];
  expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
  expect(new Set(priorities).size).toBe(4);
});

test('charges at most a burst', () => {
  const rateLimit = rateLimitAt(() => 0);
  const charge = (cost: number) => () => rateLimit.charge(requestFrom('1.1.1.1'), cost);
  charge(100)();
  expect(charge(1)).toThrow();
});

test('refuses only clients with a filled bucket under overload', () => {
  const rateLimit = createRateLimit({
    perSecond: 1,
    burst: 100,
    trustedProxies: [],
    exempt: ['10.0.0.1'],
    clock: () => 0,
    isLate: () => true,
  });
  const charge = (address: string) => () => rateLimit.charge(requestFrom(address));
  for (let i = 0; i < 100; i += 1) charge('10.0.0.1')();
  for (let i = 0; i < 6; i += 1) charge('1.1.1.1')();
  expect(charge('1.1.1.1')).toThrow(expect.objectContaining({ code: 'busy' }));
  charge('2.2.2.2')();
});
