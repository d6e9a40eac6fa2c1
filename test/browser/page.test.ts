import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing } from '../support/programs.ts';
import { startService, type TestService } from '../support/service/service.ts';
import { launchBrowser, openPage, paste, readClipboard } from './support/browser.ts';

const skipped = isMissing('chromium');
let browser: Browser;
let service: TestService;
beforeAll(async () => {
  if (skipped) return;
  [browser, service] = await Promise.all([launchBrowser(), startService()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

const statusOf = (page: Page): Promise<string> => page.locator('#status').innerText();
const row = (page: Page, name: string) => page.locator(`li.row[data-key="${name}"]`);
const searchOf = (page: Page): string => decodeURIComponent(new URL(page.url()).search);

describe.skipIf(skipped)('a project', () => {
  test('is typed, its badges appear, one is chosen and copied', async () => {
    const { page, faults } = await openPage(browser, `${service.url}/`);
    await page.keyboard.type('requests');
    await expect.poll(() => statusOf(page)).toBe('Badges of requests v2.32.3');
    await expect
      .poll(() => row(page, 'version').locator('.says').innerText())
      .toBe('pypi: v2.32.3');
    await page.getByRole('radio', { name: 'plastic' }).check();
    await page.getByLabel('Copy as').selectOption('reStructuredText');
    const url = `${service.url}/pypi/v/requests.svg?style=plastic`;
    await expect
      .poll(() => row(page, 'version').locator('.snippet').innerText())
      .toContain(`.. image:: ${url}`);
    await page.getByRole('button', { name: 'Copy PyPI version' }).click();
    await expect.poll(() => statusOf(page)).toBe('Copied the badge: PyPI version.');
    await page.getByRole('radio', { name: 'flat', exact: true }).check();
    await expect.poll(() => searchOf(page)).toBe('?project=requests&as=rst');
    expect(await statusOf(page)).toBe('Copied the badge: PyPI version.');
    await page.getByRole('radio', { name: 'plastic' }).check();
    expect(await readClipboard(page)).toBe(
      `.. image:: ${url}\n   :target: https://pypi.org/project/requests/\n   :alt: PyPI version`,
    );
    await expect.poll(() => searchOf(page)).toBe('?project=requests&style=plastic&as=rst');
    expect(faults).toEqual([]);
  });

  test('has a README’s usual five badges in one block', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    await expect.poll(() => statusOf(page)).toContain('v2.32.3');
    await page.getByRole('button', { name: 'Copy all five' }).click();
    await expect.poll(() => statusOf(page)).toBe('Copied five badges.');
    expect((await readClipboard(page)).match(/^\[!\[/gm)).toHaveLength(5);
  });

  test('is found by the keyboard alone', async () => {
    const { page } = await openPage(browser, `${service.url}/`);
    await page.keyboard.type('numpy');
    await page.keyboard.press('Enter');
    await expect.poll(() => statusOf(page)).toContain('Badges of numpy');
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
    for (let i = 0; i < 40 && (await focused()) !== 'Copy PyPI version'; i += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => statusOf(page)).toBe('Copied the badge: PyPI version.');
    expect(await readClipboard(page)).toContain('/pypi/v/numpy.svg');
  });

  test('is in the page’s address, so that Back leads to the last one', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests&style=social`);
    await expect.poll(() => statusOf(page)).toContain('requests v2.32.3');
    expect(await page.getByRole('radio', { name: 'social' }).isChecked()).toBe(true);
    await page.locator('#project').fill('numpy');
    await expect.poll(() => statusOf(page)).toContain('Badges of numpy');
    await page.goBack();
    await expect.poll(() => statusOf(page)).toContain('requests v2.32.3');
    expect(await page.locator('#project').inputValue()).toBe('requests');
  });

  test('loses its label, and has it again', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    const snippet = row(page, 'version').locator('.snippet');
    await expect.poll(() => snippet.innerText()).toContain('/pypi/v/requests.svg)');
    await page.locator('summary', { hasText: 'Text and colors' }).click();
    await page.getByLabel('No label').check();
    await expect.poll(() => snippet.innerText()).toContain('/pypi/v/requests.svg?label=)');
    await expect.poll(() => searchOf(page)).toBe('?project=requests&nolabel=1');
    await page.getByLabel('No label').uncheck();
    await expect.poll(() => snippet.innerText()).toContain('/pypi/v/requests.svg)');
  });

  test('has a dark variant only where that differs', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests&as=picture`);
    const snippet = row(page, 'version').locator('.snippet');
    await expect.poll(() => statusOf(page)).toContain('v2.32.3');
    expect(await snippet.innerText()).not.toContain('<picture>');
    await page.locator('summary', { hasText: 'In the dark' }).click();
    await page.getByLabel('Color, right half').last().fill('ff69b4');
    await expect.poll(() => snippet.innerText()).toContain('prefers-color-scheme: dark');
    expect(await snippet.innerText()).toContain('requests.svg?color=ff69b4');
  });

  test('costs one request to PyPI, however long one types', async () => {
    const before = service.standIn.requests.length;
    const { page } = await openPage(browser, `${service.url}/`);
    // The clock stands still, so that a slow machine types as fast as any.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.keyboard.type('sample-typed');
    await page.clock.runFor(1_000);
    await expect.poll(() => statusOf(page)).toContain('Badges of sample-typed');
    await page.waitForLoadState('networkidle');
    const asked = service.standIn.requests.slice(before).map(({ path }) => path);
    expect(asked.filter((path) => path.startsWith('/pypi/'))).toEqual(['/pypi/sample-typed/json']);
  });
});

describe.skipIf(skipped)('pasted', () => {
  test.each([
    [
      'a badge of shields.io',
      'https://img.shields.io/pypi/v/requests?link=x',
      '/pypi/v/requests',
      'no links',
    ],
    [
      'a badge of badgen.net',
      'https://flat.badgen.net/pypi/v/numpy',
      '/pypi/v/numpy?style=flat-square',
      '',
    ],
    ['a badge of badge.fury.io', 'https://badge.fury.io/py/requests', '/py/requests.svg', ''],
    [
      'a badge of pepy.tech',
      'https://static.pepy.tech/badge/requests/week',
      '/pypi/dw/requests.svg',
      'mirrors',
    ],
    ['a badge of pypip.in', 'https://pypip.in/v/requests/badge.png', '/v/requests/badge.png', ''],
  ])('%s becomes ours', async (_, url, image, note) => {
    const { page, faults } = await openPage(browser, `${service.url}/`);
    await paste(page, url);
    const item = row(page, url);
    await expect.poll(() => item.locator('img').getAttribute('src')).toBe(image);
    expect(await item.locator('.notes').innerText()).toContain(note);
    await expect.poll(() => item.locator('.says').innerText()).toMatch(/: ./);
    expect(faults).toEqual([]);
  });

  test('a README is converted as a whole', async () => {
    const { page } = await openPage(browser, `${service.url}/`);
    const readme =
      '# A\n\n![v](https://img.shields.io/pypi/v/requests)\n![s](https://img.shields.io/github/stars/a/b)\n';
    await paste(page, readme);
    await expect.poll(() => statusOf(page)).toContain('1 of 2 badges');
    await page.getByRole('button', { name: 'Copy the text' }).click();
    await expect.poll(() => statusOf(page)).toBe('Copied the whole text.');
    expect(await readClipboard(page)).toBe(
      `# A\n\n![v](${service.url}/pypi/v/requests)\n![s](https://img.shields.io/github/stars/a/b)\n`,
    );
  });

  test('a pyproject.toml leads to its project', async () => {
    const { page } = await openPage(browser, `${service.url}/`);
    await paste(page, '[project]\nname = "requests"\n');
    await expect.poll(() => statusOf(page)).toContain('requests v2.32.3');
    expect(await page.locator('#project').inputValue()).toBe('requests');
  });

  test.each([
    ['javascript:alert(1)', 'javascript:'],
    ['<img src=x onerror=alert(1)>', 'neither'],
    ['[project]\nversion = "1"', 'names no project'],
    ['\u202Eabc', 'neither'],
  ])('%j is refused in words', async (text, words) => {
    const { page, faults } = await openPage(browser, `${service.url}/`);
    await paste(page, text);
    await expect.poll(() => statusOf(page)).toContain(words);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(faults).toEqual([]);
  });
});

describe.skipIf(skipped)('a logo', () => {
  const PIXEL =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

  test('is suggested by name, and one that is gone is said to be', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    await page.getByText('Logo', { exact: true }).first().click();
    await page.getByLabel('Name or image').fill('python');
    await expect.poll(() => page.locator('#logos option').count()).toBeGreaterThan(1000);
    await expect
      .poll(() => row(page, 'version').locator('img').getAttribute('src'))
      .toContain('logo=python');
    await page.getByLabel('Name or image').fill('slack');
    await page.keyboard.press('Tab');
    await expect.poll(() => page.locator('#logo-status').innerText()).toContain('“slack”');
  });

  test('from this device becomes a part of the URL', async () => {
    const { page } = await openPage(browser, `${service.url}/?project=requests`);
    await page.getByText('Logo', { exact: true }).first().click();
    const buffer = Buffer.from(PIXEL, 'base64');
    await page
      .locator('#logo-file')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer });
    await expect
      .poll(() => row(page, 'version').locator('img').getAttribute('src'))
      .toContain('logo=data%3Aimage%2Fpng');
  });
});

describe.skipIf(skipped)('without scripts', () => {
  test('the form shows the badges', async () => {
    const { page } = await openPage(browser, `${service.url}/`, { javaScriptEnabled: false });
    await page.locator('#project').fill('requests');
    await page.getByRole('radio', { name: 'social' }).check();
    await page.getByRole('button', { name: 'Show badges' }).click();
    await expect.poll(() => statusOf(page)).toBe('Badges of requests:');
    expect(await row(page, 'version').locator('code').innerText()).toBe(
      `[![PyPI version](${service.url}/pypi/v/requests.svg?style=social)](https://pypi.org/project/requests/)`,
    );
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
  });
});
