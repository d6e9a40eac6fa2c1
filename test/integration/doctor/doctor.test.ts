import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { examine } from '../../../src/commands/doctor/doctor.ts';
import { type Finding, printFindings } from '../../../src/commands/doctor/finding.ts';
import { diskFault } from '../../../src/commands/doctor/machine.ts';
import { checkClock } from '../../../src/commands/doctor/upstreams.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { isMissing } from '../../support/programs.ts';
import { startService, type TestService } from '../../support/service/service.ts';
import { createOptionsForTest, createTestOutput } from '../../support/service/sources.ts';
import { startSentinels } from '../../support/redis/sentinels.ts';
import { SENTINEL_STATES } from './sentinel-states.ts';
import { NOBODY, REDIS_STATES, type Settings, type State, STATES } from './states.ts';

const { version } = manifest;

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

async function findAll(settings: Settings, nodes: string[] = []): Promise<Finding[]> {
  const options = await createOptionsForTest({
    PYPI_URL: service.standIn.url,
    PYPISTATS_URL: service.standIn.url,
    CONTACT: 'x@example.org',
    ADMIN_PORT: new URL(service.adminUrl).port,
    FOLLOW_ADMIN_PORT: '9',
    ...settings,
  });
  return examine({ ...options, version }, nodes);
}

const expectFinding = async ([, settings, check, status, words]: State): Promise<void> => {
  const findings = await findAll(await settings());
  const finding = findings.find((each) => each.check.startsWith(check));
  expect(finding).toMatchObject({ status });
  expect([finding?.detail, finding?.advice].join('\n').trim()).toMatch(words);
  // What is well is never reported as a failure.
  const others = findings.filter((each) => each.status === 'fail' && each !== finding);
  if (status === 'ok') expect(others).toEqual([]);
};

describe('pypins doctor', () => {
  test.each(STATES)('if %s', async (...state) => expectFinding(state));

  test.skipIf(isMissing('redis-server')).each(REDIS_STATES)('if %s', async (...state) =>
    expectFinding(state),
  );

  test.skipIf(isMissing('redis-sentinel'))('of Redis with Sentinel', async () => {
    const site = await startSentinels();
    onTestFinished(() => site.close());
    for (const [state, wrong, ...expected] of SENTINEL_STATES)
      await expectFinding([state, () => ({ ...site.settings, ...wrong }), ...expected]);
    const mute = await startFaultProxy(site.servers[0]?.port ?? 0);
    onTestFinished(() => mute.close());
    mute.set({ way: 'black-hole' });
    const REDIS_SENTINELS = `${mute.urlOf('redis')},${mute.urlOf('redis')},${site.settings['REDIS_SENTINELS']}`;
    const settings = (): Settings => ({ ...site.settings, REDIS_SENTINELS });
    await expectFinding(['the first two are mute', settings, 'redis', 'ok', /takes writes/]);
  });

  test.each([
    ['ENOSPC', /Make room/],
    ['EROFS', /Mount the file system/],
    ['EACCES', /as the user of the service/],
    ['EIO', /may write/],
  ])('tells %s of the disk by what to do', (code, words) => {
    const finding = diskFault(Object.assign(new Error(`${code}: reason`), { code }));
    expect(finding).toMatchObject({ status: 'fail', detail: `${code}: reason` });
    expect(finding.advice).toMatch(words);
  });

  test('compares clocks at the time of the answer, and knows an old answer by its age', () => {
    expect(checkClock({ theirsMs: 1_000, oursMs: 3_000 })).toMatchObject({ status: 'ok' });
    expect(checkClock({ theirsMs: 1_000, oursMs: 9_000 })).toMatchObject({ status: 'fail' });
    expect(checkClock(undefined)).toMatchObject({ status: 'warn' });
  });

  test('fails if a named process does not answer', async () => {
    const findings = await findAll({}, [service.adminUrl, NOBODY]);
    const services = findings.filter(({ check }) => check.startsWith('service'));
    expect(services.map(({ status }) => status)).toEqual(['ok', 'fail']);
  });

  test('prints one finding a line, and what to do on the next', () => {
    const { output, lines } = createTestOutput();
    const bad = { check: 'a', status: 'fail', detail: 'is down', advice: 'Start it.' } as const;
    const good = { check: 'b', status: 'ok', detail: 'answers' } as const;
    expect(printFindings([bad, good], false, output)).toBe(false);
    expect(lines).toEqual(['fail  a: is down', '      Start it.', 'ok    b: answers']);
    expect(printFindings([good], true, output)).toBe(true);
  });
});
