import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { RECORDED } from '../../support/recorded.ts';
import { ask } from '../sample/ask.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = createStandIn({ projects: [{ name: 'one', shows: 'a test', releases: ['1.0'] }] });
  await standIn.listen();
});
afterEach(() => standIn.close());

test('the sample feed of releases has the same lines as a recorded one', async () => {
  const recorded = await readFile(resolve(RECORDED, 'rss/updates.xml'), 'utf8');
  for (let count = 0; count < 100; count += 1) standIn.publish('one');
  const frame = (feed: string) =>
    feed.replace(/^ +$/gm, '      <author></author>').replace(/(<\w+>)[^<]*(?=<\/)/g, '$1');
  expect(frame((await ask(`${standIn.url}/rss/updates.xml`)).text)).toBe(frame(recorded));
});
