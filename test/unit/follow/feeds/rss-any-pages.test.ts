import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BEFORE, type Item, pageOf, poll, told } from './rss-page.ts';

describe('any pages', () => {
  const item = fc.tuple(
    fc
      .tuple(
        fc.constantFrom('a', 'B', 'c.d', 'C_D', 'e&amp;f', ''),
        fc.constantFrom('1', '1.10', '2!1', 'x y'),
      )
      .map((words) => words.join(' ')),
    fc.integer({ min: 0, max: 3_000 }),
  );
  /** Without a release that can be read, it would be no page. */
  const withBefore = (items: readonly Item[]): readonly Item[] => [...items, BEFORE];
  const page = fc.array(item, { maxLength: 12 }).map(withBefore);

  test('no change is told twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 6 }), async (pages) => {
        let position: string | undefined;
        const all: string[] = [];
        for (const items of pages) {
          const news = await poll(pageOf(items), position);
          ({ position } = news);
          all.push(...told(news));
        }
        expect(all).toEqual([...new Set(all)]);
      }),
    );
  });

  test('of releases that come out, none is missed without a gap, though the cache gives pages of before', async () => {
    const rounds = fc.array(
      fc.record({
        /** Seconds between the releases that come out before this poll. */
        pauses: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 9 }),
        behind: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(rounds, async (polls) => {
        const releases: Item[] = [BEFORE];
        const pages = [pageOf(releases)];
        let { position, hasGap } = await poll(pageOf(releases));
        const all: string[] = [];
        for (const { pauses, behind } of [...polls, { pauses: [], behind: 0 }]) {
          for (const pause of pauses)
            releases.unshift([`r${releases.length} 1`, (releases[0]?.[1] ?? 0) + pause]);
          pages.unshift(pageOf(releases.slice(0, 5)));
          const news = await poll(pages[behind] ?? pages[0] ?? '', position);
          all.push(...told(news));
          hasGap ||= news.hasGap;
          ({ position } = news);
        }
        expect(new Set(all).size).toBe(all.length);
        const published = releases.slice(0, -1).map(([title]) => title);
        const missed = published.filter((title) => !all.includes(title));
        expect(hasGap ? [] : missed).toEqual([]);
      }),
    );
  });
});
