import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** Debian's Chromium. Without these options it would speak to its makers. */
const EXECUTABLE = '/usr/bin/chromium';
const OPTIONS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A deadline says that the page hangs, not that the machine is busy. */
const DEADLINE_MS = 60_000;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const resultSchema = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: OPTIONS, timeout: DEADLINE_MS });
}

/** A page, and what went wrong on it. */
export interface OpenedPage {
  readonly page: Page;
  /** Requests to other hosts, and errors of scripts and of the page's policy. */
  readonly faults: string[];
}

/** Opens a page of the service in a context of its own, which is closed when the test ends. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const { origin } = new URL(url);
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(DEADLINE_MS);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('request', (request) => {
    const target = request.url();
    if (!/^(?:data|blob):/.test(target) && !target.startsWith(`${origin}/`)) faults.push(target);
  });
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of [45]\d\d/.test(message.text()))
      faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}

/** Returns the ids of the rules of WCAG 2.2 AA that the page breaks, with the elements. */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const options = JSON.stringify({ runOnly: { type: 'tag', values: RULES } });
  const result = resultSchema.parse(await page.evaluate(`axe.run(document, ${options})`));
  return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Returns what the clipboard contains. */
export function readClipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}

/** Pastes a text into the focused field, as the keyboard would. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.keyboard.press('Control+V');
}
