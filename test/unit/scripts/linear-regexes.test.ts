import { spawnSync } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { judgeRegex } from '../../../scripts/lint/judge-regex.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })),
    }),
  ),
});

/** The places at which our rule finds a fault, in a checkout that has our settings and these files alone. */
async function lint(files: Readonly<Record<string, string>>): Promise<string[]> {
  const directory = await tempDirectoryForTest();
  await cp(join(ROOT, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  await symlink(join(ROOT, 'scripts'), join(directory, 'scripts'));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(directory, file, '..'), { recursive: true });
    await writeFile(join(directory, file), text);
  }
  const args = ['--type-aware', '--format', 'json', ...Object.keys(files)];
  const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/oxlint'), args, { cwd: directory });
  const { diagnostics } = reportSchema.parse(JSON.parse(stdout.toString()));
  return diagnostics
    .filter(({ code }) => code === 'pypins(linear-regexes)')
    .map(({ filename, labels }) => `${filename}:${labels[0]?.span.line}`)
    .toSorted();
}

test.each([
  String.raw`^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$`,
  String.raw`^\d+(?:\.\d+)*$`,
  String.raw`(?<!\/)\/+$`,
  String.raw`(?<!\d)\d+(?=\D*$)`,
  String.raw`<text ([^<>]*)>([^<]*)<\/text>`,
])('linear: %s', (source) => {
  expect(judgeRegex(source, '')).toBeUndefined();
});

test.each([
  ['exponential', String.raw`^(?:\w+\s?)*$`],
  ['exponential, before a lookahead', String.raw`^(\w+\s?)*(?!x)$`],
  ['exponential, bounded', String.raw`^(?:a|a){0,40}$`],
  ['of a high degree, bounded', String.raw`^(?:\w{1,64}\.?){1,10}@`],
  ['quadratic where it can begin anywhere', String.raw`\s+$`],
  ['quadratic between two parts', String.raw`^.*max-age=(\d+).*$`],
  ['quadratic before a lookahead', String.raw`\d+(?=\D*$)`],
  ['quadratic in a lookahead', String.raw`^(?=.*a.*b)c`],
  ['quadratic after a lookbehind', String.raw`(?<!b)(a|b)+$`],
])('not linear: %s', (_, source) => {
  expect(judgeRegex(source, '')).toMatch(/^is not linear/);
});

test.each([
  ['flags that are not known', 'a', 'v'],
  ['not JavaScript', 'a++', ''],
])('not judged: %s', (_, source, flags) => {
  expect(judgeRegex(source, flags)).toMatch(/^cannot be judged/);
});

const SAMPLE = String.raw`export const linear = /^\d+$/;
export const quadratic = (text: string) => text.replace(/\s+$/, '');
export const unknown = /^a$/v;
export const built = (name: string) => new RegExp(name);
export const called = (name: string) => RegExp(name, 'g');
// oxlint-disable-next-line pypins/linear-regexes -- the text has ten characters at most
export const allowed = /\s+$/;
`;

test('the rule finds them where texts come from others', async () => {
  const folders = ['src/http', 'cache', 'sample', 'stack', 'test/unit'];
  const files = folders.map((folder): [string, string] => [`${folder}/a.ts`, SAMPLE]);
  const faults = ['cache', 'sample', 'src/http', 'stack'].flatMap((folder) =>
    [2, 3, 4, 5].map((line) => `${folder}/a.ts:${line}`),
  );
  expect(await lint(Object.fromEntries(files))).toEqual(faults);
});
