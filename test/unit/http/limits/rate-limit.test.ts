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
  ['nobody is trusted', [], '1.1.1.1', '9.9.9.9', '1.1.1.1'],
  ['the proxy is trusted', ['10.0.0.0/8'], '10.1.2.3', '9.9.9.9', '9.9.9.9'],
  [
    'what the client forged stands further left',
    ['10.0.0.0/8'],
    '10.1.2.3',
    '8.8.8.8, 9.9.9.9',
    '9.9.9.9',
  ],
  ['two proxies in a row', ['10.0.0.0/8'], '10.1.2.3', '9.9.9.9, 10.9.9.9', '9.9.9.9'],
  ['a proxy that says nothing', ['10.0.0.0/8'], '10.1.2.3', '', '10.1.2.3'],
  ['a proxy that says nonsense', ['10.0.0.0/8'], '10.1.2.3', 'unknown', '10.1.2.3'],
  ['IPv4 in IPv6', ['127.0.0.1'], '::ffff:127.0.0.1', '::ffff:9.9.9.9', '9.9.9.9'],
  ['IPv6', ['fd00::/8'], 'fd00::1', '2001:db8::1', '2001:db8::1'],
])('the client’s address: %s', (_, trusted, remote, forwarded, expected) => {
  expect(clientAddress(requestFrom(remote, forwarded), blockListOf(trusted))).toBe(expected);
});

function limitsAt(clock: () => number) {
  return createRateLimit({
    perSecond: 2,
    burst: 3,
    trustedProxies: [],
    exempt: ['10.0.0.1'],
    clock,
  });
}

test('so many at once, then so many a second', () => {
  let now = 1_000_000;
  const limits = limitsAt(() => now);
  const ask = () => limits.charge(requestFrom('1.1.1.1'));
  for (let i = 0; i < 3; i += 1) ask();
  expect(ask).toThrow(expect.objectContaining({ code: 'limited', retryAfterSeconds: 1 }));
  now += 500;
  ask();
  expect(ask).toThrow();
  now += 1_500;
  for (let i = 0; i < 3; i += 1) ask();
  expect(ask).toThrow();
});

test('one client’s limit is nobody else’s; an IPv6 customer is one client; the exempt have none', () => {
  const limits = limitsAt(() => 0);
  const ask = (address: string) => () => limits.charge(requestFrom(address));
  for (let i = 0; i < 3; i += 1) ask('2001:db8:0:1::1')();
  expect(ask('2001:db8:0:1:ffff::2')).toThrow();
  expect(ask('2001:db8::1:0:0:0:9')).toThrow();
  ask('2001:db8:0:2::1')();
  ask('1.1.1.1')();
  for (let i = 0; i < 100; i += 1) ask('10.0.0.1')();
});

test('an IPv6 customer with a /48 gets no more than eight clients, and less than that takes nobody’s share', () => {
  const limits = limitsAt(() => 0);
  const ask = (network: string) => limits.charge(requestFrom(`${network}::1`));
  for (let i = 0; i < 8 * 3; i += 1) ask(`2001:db8:1:${i.toString(16)}`);
  for (let i = 0; i < 100; i += 1)
    expect(() => ask(`2001:db8:1:a${i}`)).toThrow(expect.objectContaining({ code: 'limited' }));
  for (let i = 0; i < 3; i += 1) ask('2001:db8:2:1');
});

test('who asks for more stands behind who asks for less, and the exempt stand in front', () => {
  const limits = limitsAt(() => 0);
  const rankOf = (address: string, cost?: number) => limits.charge(requestFrom(address), cost);
  const ranks = [rankOf('10.0.0.1'), rankOf('1.1.1.1'), rankOf('2.2.2.2', 2), rankOf('2.2.2.2')];
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(new Set(ranks).size).toBe(4);
});

test('nothing costs more than a client may have at once', () => {
  const limits = limitsAt(() => 0);
  const ask = (cost: number) => () => limits.charge(requestFrom('1.1.1.1'), cost);
  ask(100)();
  expect(ask(1)).toThrow();
});

test('a process that is late refuses whoever has asked for much, and nobody else', () => {
  const limits = createRateLimit({
    perSecond: 1,
    burst: 100,
    trustedProxies: [],
    exempt: ['10.0.0.1'],
    clock: () => 0,
    isLate: () => true,
  });
  const ask = (address: string) => () => limits.charge(requestFrom(address));
  for (let i = 0; i < 100; i += 1) ask('10.0.0.1')();
  for (let i = 0; i < 6; i += 1) ask('1.1.1.1')();
  expect(ask('1.1.1.1')).toThrow(expect.objectContaining({ code: 'busy' }));
  ask('2.2.2.2')();
});
