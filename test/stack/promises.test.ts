import sharp from 'sharp';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { scrape, sumOf } from '../../src/commands/scrape.ts';
import type { Part } from '../../stack/part.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { startLoad } from '../support/load/load.ts';
import { isMissing } from '../support/programs.ts';
import { PURGE_KEY, startTestStack } from '../support/service/stack.ts';

const FORMATS = ['svg', 'png', 'jpg', 'jpeg', 'gif', 'tif', 'tiff', 'webp'] as const;
const KNOWN = ['requests', 'flask', 'django', 'numpy'];
const CLIENTS = 200;
/** Facts that have just become old may be shown as such, on a machine that is busy. */
const GOOD = /^(?:ok|stale)$/;

const messageSchema = z.object({ message: z.string() });

/** A badge of a package that is known, as the nth client asks for it. */
const badgeOf = (number: number, label: string): string =>
  `/version/${KNOWN[number % KNOWN.length]}/badge.svg?label=${encodeURIComponent(label)}`;
const badgesOf = (label: string): string[] => KNOWN.map((_, number) => badgeOf(number, label));

describe.skipIf(isMissing('varnishd', 'redis-server'))('the whole stack', () => {
  let stack: Stack;
  let dispatcher: Agent;
  beforeAll(async () => {
    // Facts that are soon stale keep the nodes asking Redis and the upstream all the time.
    const settings = { FACTS_FRESH_SECONDS: '1', FOLLOW_SECONDS: '5' };
    stack = await startTestStack({ followers: 1, settings });
    dispatcher = new Agent();
  });
  afterAll(async () => {
    await dispatcher.destroy();
    await stack.close();
  });

  async function ask(path: string, method: 'GET' | 'POST' = 'GET') {
    const url = stack.edgeUrl + path;
    const { statusCode, headers, body } = await request(url, { method, dispatcher });
    const verdict = headers['x-badge-status'];
    return { status: statusCode, headers, verdict, bytes: Buffer.from(await body.bytes()) };
  }
  /** Waits until the badge is `ok` at a node: under a URL that the edge has not, again and again. */
  let asked = 0;
  const expectOk = (path: string) =>
    expect.poll(async () => (await ask(`${path}?label=${(asked += 1)}`)).verdict).toBe('ok');
  /** Waits until the edge has all of these, of projects that are known. */
  const expectKnown = async (paths: readonly string[]): Promise<void> => {
    for (const path of paths)
      await expect.poll(async () => (await ask(path)).verdict).toMatch(GOOD);
  };
  const messageOf = async (project: string): Promise<unknown> =>
    messageSchema.parse(JSON.parse((await ask(`/version/${project}/badge.json`)).bytes.toString()))
      .message;
  const publish = (project: string, version: string) =>
    fetch(`${stack.sampleUrl}/-/publish?project=${project}&version=${version}`, { method: 'POST' });

  test('a badge comes in every format, and from the edge the second time', async () => {
    for (const format of FORMATS) {
      const path = `/version/requests/badge.${format}`;
      await expectKnown([path]);
      // A follower that has just started purges everything once.
      await expect.poll(async () => (await ask(path)).headers['x-cache']).toBe('HIT');
      const { headers, bytes } = await ask(path);
      expect(headers['content-type']).toContain(`image/${(await sharp(bytes).metadata()).format}`);
    }
    expect(await messageOf('requests')).toBe('2.32.3');
  });

  test(`${CLIENTS} clients ask for one cold badge: PyPI is asked once`, async () => {
    const questions = async (): Promise<number> => {
      const samples = await Promise.all(stack.adminUrls.map(scrape));
      return sumOf(samples.flat(), 'pypins_upstream_requests_total', { upstream: 'pypi' });
    };
    const before = await questions();
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, () => ask('/version/sample-epoch/badge.svg')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await questions()) - before).toBe(1);
  });

  test('a release reaches the edge: the follower sees it', async () => {
    expect(await messageOf('sample-status-1')).not.toBe('99.0');
    await publish('sample-status-1', '99.0');
    await expect.poll(() => messageOf('sample-status-1')).toBe('99.0');
  });

  test('a release reaches the edge after its publisher posts to /refresh', async () => {
    expect(await messageOf('sample-plain')).toBe('1.2.3');
    await publish('sample-plain', '1.3.0');
    const { status, headers, bytes } = await ask('/refresh/Sample_Plain', 'POST');
    expect(status).toBe(200);
    expect(JSON.parse(bytes.toString())).toMatchObject({ project: 'sample-plain', purged: true });
    expect(headers['cache-control']).toBe('no-store');
    // The edge keeps no answer to it, and the nodes remember together that it was asked.
    expect(await ask('/refresh/sample-plain', 'POST')).toMatchObject({ status: 429 });
    // The first response may have the previous version: the refresh goes on in the background.
    await expect.poll(() => messageOf('sample-plain')).toBe('1.3.0');
  });

  const parts: readonly [string, () => Part | undefined][] = [
    ['the first node', () => stack.nodes[0]],
    ['the second node', () => stack.nodes[1]],
    ['Redis', () => stack.redis],
    ['the upstream', () => stack.sample],
  ];
  test.each(parts)(
    '%s is killed under load: clients see nothing but pictures',
    async (name, find) => {
      await expectKnown(badgesOf(name));
      const options = { clients: 8, maxRequests: Infinity };
      const ofKnown = startLoad(stack.edgeUrl, (number) => badgeOf(number, name), options);
      // The edge has none of these: a node is asked.
      const ofNew = startLoad(stack.edgeUrl, (number) => badgeOf(number, name + number), options);
      await ofNew.answered(50);
      await find()?.kill();
      await ofNew.answered(150);
      await find()?.start();
      await ofNew.answered(50);
      const [known, unseen] = await Promise.all([ofKnown.stop(), ofNew.stop()]);
      expect([...known.faults, ...unseen.faults]).toEqual([]);
      // A machine that is busy enough may be late with a new picture, which then says so; what is kept is never late.
      for (const verdict of Object.keys(known.verdicts)) expect(verdict).toMatch(GOOD);
      await expectOk('/version/requests/badge.svg');
    },
  );

  test('both nodes are killed and started again while PyPI is down: nothing known is lost', async () => {
    await stack.sample?.kill();
    await Promise.all(stack.nodes.map((node) => node.kill().then(() => node.start())));
    await expectKnown(badgesOf('restarted'));
    await stack.sample?.start();
  });

  test('everything behind the edge is dead: it shows what it knew, and else a picture that says so', async () => {
    await expectKnown(badgesOf('before'));
    const headers = { 'X-Purge-Key': PURGE_KEY, 'Xkey-Purge': '*' };
    await fetch(stack.purgeUrl, { method: 'PURGE', headers });
    const { nodes, redis, sample } = stack;
    await Promise.all([...nodes, redis].map((part) => part.kill()));
    await sample?.kill();
    for (const path of badgesOf('before')) {
      const { status, verdict } = await ask(path);
      expect(status).toBe(200);
      expect(verdict).toMatch(GOOD);
    }
    for (const [format, type, status] of [
      ['svg', 'image/svg+xml; charset=utf-8', 200],
      ['png', 'image/png', 200],
      ['json', 'application/json; charset=utf-8', 503],
    ] as const) {
      const answer = await ask(`/version/sample-nulls/badge.${format}`);
      expect(answer).toMatchObject({ status, verdict: 'unavailable' });
      expect(answer.headers['content-type']).toBe(type);
    }
  });
});
