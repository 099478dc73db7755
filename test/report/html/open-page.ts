// Pages in a real browser. Needs Chromium: the path in CHROMIUM, or Debian's. Without one the tests
// say so and are left out.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const require = createRequire(import.meta.url);

/** Whether there is a browser; says so where there is none. */
export const hasBrowser: boolean = existsSync(executablePath);
if (!hasBrowser) {
  process.stderr.write(
    `Pages are not opened in a browser: there is no ${executablePath}. ` +
      'Install Chromium, or set CHROMIUM to its path.\n',
  );
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** A page, with what it has asked for and complained of. */
export interface OpenPage {
  readonly page: Page;
  readonly requests: string[];
  readonly errors: string[];
}

/** Opens a text of HTML as a file of a folder. */
export async function openPage(
  browser: Browser,
  folder: string,
  html: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const path = join(folder, 'page.html');
  writeFileSync(path, html);
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(pathToFileURL(path).href);
  return { page, requests, errors };
}

/** Serious findings of axe in a page that was opened with `bypassCSP`, light, then dark. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({
    content: readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'),
  });
  const findings = (rules: string): Promise<string[]> =>
    page.evaluate(
      `axe.run(${rules}).then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
    );
  const light = await findings('');
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await findings(`{ runOnly: ['color-contrast'] }`);
  return [...light, ...dark];
}
