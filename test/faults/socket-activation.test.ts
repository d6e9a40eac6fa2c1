import { expect, onTestFinished, test } from 'vitest';
import { scrape, sumOf } from '../../src/commands/scrape.ts';
import { createPart } from '../../stack/part.ts';
import { describeEdge } from '../../stack/edge.ts';
import { answerOf, startBehindSocket } from '../support/service/held-socket.ts';
import { measureP99, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { isMissing } from '../support/programs.ts';
import { freePort } from '../support/redis/redis.ts';
import { startStandIn } from '../support/service/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import { expectBadges } from './support/restarts.ts';

/** 250,000 for a soak. */
const REQUESTS = Number(process.env['SOAK_REQUESTS'] ?? 1_000);
/** Longer than the edge's timeout, so that requests in the backlog of the held socket fail. */
const SLOW_START_SECONDS = 4;

/** The settings of a process with upstreams of the test's own. */
async function startUpstream(): Promise<Record<string, string>> {
  const standIn = await startStandIn();
  onTestFinished(() => standIn.close());
  return { PYPI_URL: standIn.url, PYPISTATS_URL: standIn.url };
}

test.skipIf(isMissing('systemd-analyze'))(
  'the service listens on the socket that it is handed, and a restart loses no connection',
  async () => {
    const upstream = await startUpstream();
    // Taken: the service would not start if it listened there.
    const PORT = new URL(upstream['PYPI_URL'] ?? '').port;
    const service = await startBehindSocket({ ...upstream, PORT });
    const ask = (): Promise<string> =>
      answerOf(`http://127.0.0.1:${service.port}`, '/version/flask/badge.svg');
    await expect.poll(ask).toBe('200');

    const answers: string[] = [];
    const over = new AbortController();
    const client = async (): Promise<void> => {
      while (!over.signal.aborted) answers.push(await ask());
    };
    const clients = [client(), client(), client(), client()];
    await expect.poll(() => answers.length).toBeGreaterThan(40);
    await service.restart();
    const before = answers.length;
    await expect.poll(() => answers.length).toBeGreaterThan(before + 40);
    over.abort();
    await Promise.all(clients);

    expect(new Set(answers)).toEqual(new Set(['200']));
  },
);

test.skipIf(isMissing('systemd-analyze', 'varnishd'))(
  'two processes behind sockets that start slowly are restarted in turn: each request gets its badge',
  async () => {
    const upstream = await startUpstream();
    const settings = { ...upstream, TRUSTED_PROXIES: '127.0.0.0/8', PYPI_PER_MINUTE: '10000000' };
    const start = () => startBehindSocket(settings, SLOW_START_SECONDS);
    const [one, two] = [await start(), await start()];
    const edgePort = await freePort();
    const edge = createPart(
      await describeEdge({
        name: 'edge',
        publicPort: edgePort,
        purgePort: await freePort(),
        directory: await tempDirectoryForTest(),
        nodePorts: [one.port, two.port],
        environment: { PATH: process.env['PATH'] },
      }),
    );
    onTestFinished(() => edge.stop());
    await edge.start();
    const edgeUrl = `http://127.0.0.1:${edgePort}`;
    let asked = 0;
    const path = (): string => `/version/flask/badge.svg?label=${(asked += 1)}`;
    for (const { adminUrl } of [one, two]) {
      const isFound = async (): Promise<boolean> => {
        await answerOf(edgeUrl, path());
        const samples = await scrape(adminUrl).catch(() => []);
        return sumOf(samples, 'pypins_requests_total') > 0;
      };
      await expect.poll(isFound).toBe(true);
    }

    const options = { clients: 8, restMs: 5 };
    const calmP99 = await measureP99(edgeUrl, path, { ...options, maxRequests: REQUESTS / 10 });
    const load = startLoad(edgeUrl, path, { ...options, maxRequests: Infinity });
    const soak = { isOver: false };
    const enough = load.answered(REQUESTS).then(() => (soak.isOver = true));
    const secondsOf: number[] = [];
    const restart = async (service: typeof one): Promise<void> => {
      const startedAtMs = performance.now();
      await service.restart();
      secondsOf.push(Math.round((performance.now() - startedAtMs) / 100) / 10);
    };
    do {
      await restart(one);
      await restart(two);
    } while (!soak.isOver);
    await enough;
    const report = await load.stop();
    const outcome = { ...report, calmP99, secondsOf };
    tellOutcome('API processes with held sockets restarted in turn', outcome);

    expectBadges(report);
  },
  120_000 + REQUESTS * 20,
);
