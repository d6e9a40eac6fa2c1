import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type TestService } from '../support/service/service.ts';
import { faultsOfAnswer, formatAsked, type HostileAnswer } from './support/hostile/answers.ts';
import { createHostileClient, type HostileClient } from './support/hostile/client.ts';
import { targets } from './support/hostile/urls.ts';

/* Far more of them: `make soak`. */
const URL_RUNS = 200;
const HEADER_RUNS = 100;
const REACHED = ['svg', 'json', 'png', 'ok', 'not-found', 'invalid'];

let service: TestService;
let client: HostileClient;
beforeAll(async () => {
  service = await startService({
    PYPISTATS_PER_MINUTE: '30',
  });
  client = createHostileClient(service.url);
});
afterAll(async () => {
  await client.close();
  await service.close();
});

test.each([{ isStrict: false }, { isStrict: true }])(
  'any URL is answered as the contract says: %o',
  async ({ isStrict }) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(targets({ isStrict }), async (target) => {
        const answer = await client.get(target);
        seen.add(formatAsked(target)).add(String(answer.headers['x-badge-status']));
        expect(await faultsOfAnswer({ target, isStrict }, answer)).toEqual([]);
      }),
      { numRuns: URL_RUNS },
    );
    // Or the generator would have become too tame.
    expect([...seen]).toEqual(expect.arrayContaining(REACHED));
  },
);

const visible = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const headerNames =
  'accept accept-encoding accept-language authorization cache-control cookie forwarded if-match if-modified-since ' +
  'if-none-match origin range referer te upgrade-insecure-requests user-agent via x-badge-status x-edge-ttl ' +
  'x-forwarded-for x-forwarded-host x-forwarded-proto x-http-method-override x-original-url x-purge-key x-request-id xkey';
const anyHeaders = fc.dictionary(
  fc.constantFrom(...headerNames.split(' ')),
  fc.oneof(
    visible,
    fc.constantFrom('*', 'bytes=0-3', 'DELETE', 'evil.example', '/-/ready', '"', 'a'.repeat(2_000)),
  ),
  { maxKeys: 6 },
);

test('request headers change nothing for the next client', async () => {
  await fc.assert(
    fc.asyncProperty(targets({ isStrict: false }), anyHeaders, async (target, headers) => {
      const first = await client.get(target, headers);
      const next = await client.get(target);
      expect(await faultsOfAnswer({ target, isStrict: false }, next)).toEqual([]);
      const isHeld = first.status === 304 && first.body.length === 0;
      expect(isHeld ? 'held' : withoutMoment(first)).toEqual(isHeld ? 'held' : withoutMoment(next));
    }),
    { numRuns: HEADER_RUNS },
  );
});

/** What two answers to one URL must have in common. */
function withoutMoment({ status, headers, body }: HostileAnswer): object {
  const moment = new Set(['date', 'server-timing', 'x-cache', 'x-edge-ttl', 'x-request-id']);
  const lasting = Object.entries(headers).filter(([name]) => !moment.has(name));
  return { status, headers: Object.fromEntries(lasting), body: body.toString('latin1') };
}
