import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectsNamed } from '../../../sample/projects/many-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { tellOutcome } from '../../support/outcomes.ts';
import { ask } from './ask.ts';
import { changelog, lastSerial, titles } from './feeds.ts';

const PROJECTS = 5_000;
const PUBLICATIONS = 700;

let standIn: StandIn;
beforeAll(async () => {
  standIn = createStandIn({ projects: projectsNamed(PROJECTS) });
  await standIn.listen();
});
afterAll(() => standIn.close());

test('many projects have names of their own', async () => {
  const names = projectsNamed(PROJECTS).map(({ name }) => name);
  expect(new Set(names).size).toBe(PROJECTS);
  expect([names.at(0), names.at(-1)]).toEqual(['followed-0001', 'followed-5000']);
  expect(projectsNamed(1, 'other')).toMatchObject([{ name: 'other-0001' }]);
  expect(await ask(`${standIn.url}/pypi/followed-5000/json`)).toMatchObject({ status: 200 });
});

test('hundreds of publications are in the changelog, and the last hundred in the feed', async () => {
  const before = await lastSerial(standIn.url);
  const startedAtMs = performance.now();
  const published = Array.from({ length: PUBLICATIONS }, (_, each) => {
    const name = `followed-${String(each * 7 + 1).padStart(4, '0')}`;
    return `${name} ${standIn.publish(name).version}`;
  });
  const listed = await titles(standIn.url);
  const rows = await changelog(standIn.url, before);
  tellOutcome('stand-in: 5000 projects, 700 publications, the feed and the changelog', {
    milliseconds: Math.round(performance.now() - startedAtMs),
  });
  expect(listed).toEqual(published.slice(-100).toReversed());
  const released = rows.filter((row) => row[3] === 'new release');
  expect(released.map(([name, version]) => `${name} ${version}`)).toEqual(published);
  expect(rows).toHaveLength(3 * PUBLICATIONS);
});
