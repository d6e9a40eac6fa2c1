import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing } from '../support/programs.ts';
import { startService, type TestService } from '../support/service/service.ts';
import { findViolations, launchBrowser, openPage } from './support/browser.ts';

/** Files of the run, for people to look at. */
const SCREENSHOTS = resolve(import.meta.dirname, '../../reports/screenshots');
/** 640 pixels are a window of 1280 at 200 %. */
const WIDTHS = [320, 640, 768, 1280];
const VIEWS = [
  ['first', '/'],
  ['project', '/?project=requests'],
  ['unknown', '/?project=not-on-pypi'],
  ['badge', `/?project=${encodeURIComponent('https://img.shields.io/pypi/v/requests?link=x')}`],
  ['refused', '/?project=%3Cb%3E'],
  ['docs', '/docs'],
  ['status', '/status'],
  ['failure', '/docs/nothing'],
] as const;

const skipped = isMissing('chromium');
let browser: Browser;
let service: TestService;
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  if (skipped) return;
  [browser, service] = await Promise.all([launchBrowser(), startService()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

describe.skipIf(skipped).each(VIEWS)('the view %s', (name, path) => {
  test.each(['light', 'dark'] as const)(
    'keeps to WCAG 2.2 AA in %s, at any width',
    async (colorScheme) => {
      const { page, faults } = await openPage(browser, service.url + path, { colorScheme });
      await page.waitForLoadState('networkidle');
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`) });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          width,
        );
      }
      expect(await findViolations(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 900 });
      for (const summary of await page.locator('summary:visible').all()) await summary.click();
      expect(await findViolations(page)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );
});

describe.skipIf(skipped)('the page', () => {
  test('does not move while it loads', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    await page.waitForLoadState('networkidle');
    const moved = await page.evaluate(`new Promise((done) => {
      const nodes = [];
      new PerformanceObserver((list) => {
        for (const { sources } of list.getEntries())
          for (const { node } of sources) nodes.push(node?.outerHTML?.slice(0, 100));
      }).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => done(nodes), 200);
    })`);
    expect(moved).toEqual([]);
  });

  test('shows what is chosen and focused where the system chooses the colors', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests`, {
      forcedColors: 'active',
    });
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(SCREENSHOTS, 'project-forced.png') });
    expect(await findViolations(page)).toEqual([]);
  });

  test('has buttons of at least 24 pixels', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    const boxes = await Promise.all(
      (await page.locator('button:visible, .choice:visible, summary:visible').all()).map((each) =>
        each.boundingBox(),
      ),
    );
    expect(boxes.length).toBeGreaterThan(10);
    for (const box of boxes)
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
  });
});
