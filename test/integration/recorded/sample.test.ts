import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { normalise } from '../../../sample/project.ts';
import { loadTimeline } from '../../../sample/recorded.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { RECORDED } from '../../support/recorded.ts';
import { ask } from '../sample/ask.ts';
import { changelog, lastSerial } from '../sample/xml-rpc.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = createStandIn({ projects: [{ name: 'one', shows: 'a test', releases: ['1.0'] }] });
  await standIn.listen();
});
afterEach(() => standIn.close());

test('the sample index’s feed of releases has the lines of a recorded one', async () => {
  const recorded = await readFile(resolve(RECORDED, 'rss/updates.xml'), 'utf8');
  for (let count = 0; count < 100; count += 1) standIn.publish('one');
  const frame = (feed: string) =>
    feed.replace(/^ +$/gm, '      <author></author>').replace(/(<\w+>)[^<]*(?=<\/)/g, '$1');
  expect(frame((await ask(`${standIn.url}/rss/updates.xml`)).text)).toBe(frame(recorded));
});

test.each([
  ['itasc', ['new release', 'yank release']],
  ['vessqc', [...Array.from({ length: 6 }, () => 'new release'), 'remove release', 'new release']],
])('the recorded life of %s is told with its own serials', async (name, actions) => {
  const empty = createStandIn({ projects: [] });
  await empty.listen();
  const told: string[] = [];
  let since = 0;
  for (const entry of await loadTimeline(RECORDED, name)) {
    empty.update(entry);
    const rows = await changelog(empty.url, since);
    since = await lastSerial(empty.url);
    expect(since).toBe(entry.serial);
    expect(new Set(rows.map((row) => normalise(row[0])))).toEqual(new Set([name]));
    told.push(...rows.map((row) => row[3]).filter((action) => action.endsWith(' release')));
  }
  expect(told).toEqual(actions);
  await empty.close();
});
