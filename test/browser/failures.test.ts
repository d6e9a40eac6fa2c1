import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isMissing } from '../support/programs.ts';
import { startServiceForTest } from '../support/service/service.ts';
import { launchBrowser, openPage } from './support/browser.ts';

const skipped = isMissing('chromium');
let browser: Browser;
beforeAll(async () => {
  if (!skipped) browser = await launchBrowser();
});
afterAll(() => browser?.close());

describe.skipIf(skipped)('the page says what is so', () => {
  test('of a project that does not exist, and shows no badges of it', async () => {
    const service = await startServiceForTest();
    const { page } = await openPage(browser, `${service.url}/`);
    await page.keyboard.type('not-on-pypi');
    const status = page.getByRole('status').first();
    await expect.poll(() => status.innerText()).toBe('There is no project “not-on-pypi” on PyPI.');
    expect(await page.locator('li.row').count()).toBe(0);
  });

  test('while PyPI is down and nothing is known', async () => {
    const service = await startServiceForTest();
    service.standIn.misbehave({ mode: '503' });
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    await expect.poll(() => page.locator('#status').innerText()).toContain('PyPI does not answer');
    expect(await page.locator('li.row').count()).toBeGreaterThan(10);
  });

  test('while PyPI is down, of the kept copy', async () => {
    const service = await startServiceForTest({ FACTS_FRESH_SECONDS: '1' });
    await service.get('/pypi/v/requests.json');
    service.standIn.misbehave({ mode: '503' });
    await expect
      .poll(async () => {
        const response = await service.get(`/pypi/v/requests.json?${Math.random()}`);
        return response.headers.get('x-badge-status');
      })
      .toBe('stale');
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    await expect.poll(() => page.locator('#status').innerText()).toContain('known last');
    await expect.poll(() => page.locator('.says').first().innerText()).toBe('pypi: v2.32.3');
  });

  test('to a client that asks too often', async () => {
    const service = await startServiceForTest({
      LIMIT_EXEMPT: 'none',
      LIMIT_PER_SECOND: '1',
      LIMIT_BURST: '1',
    });
    const { page } = await openPage(browser, `${service.url}/`);
    // The limit ends each second: the page gets the first answer that was limited, however slow the machine is.
    let asked = 0;
    const limited = await vi.waitUntil(async () => {
      const answer = await service.get(`/pypi/v/sample-${(asked += 1)}.json`);
      return answer.headers.get('x-badge-status') === 'limited' && answer;
    });
    const [body, headers] = [await limited.text(), Object.fromEntries(limited.headers)];
    await page.route('**/*.json*', (route) =>
      route.fulfill({ status: limited.status, headers, body }),
    );
    await page.keyboard.type('requests');
    await expect
      .poll(() => page.locator('#status').innerText())
      .toBe('Too many requests: please wait 1 second.');
    expect(limited.status).toBe(429);
  });

  test('when pypins itself does not answer', async () => {
    const service = await startServiceForTest();
    const { page } = await openPage(browser, `${service.url}/`);
    await page.route('**/*.json*', (route) => route.abort());
    await page.keyboard.type('requests');
    await expect
      .poll(() => page.locator('#status').innerText())
      .toContain('pypins does not answer');
  });
});
