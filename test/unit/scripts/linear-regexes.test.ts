import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { judgeRegex } from '../../../scripts/lint/judge-regex.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

test.each([
  ['linear', String.raw`(?<!\d)\d+(?=\D*$)`, '', undefined],
  ['exponential, before a lookahead', String.raw`^(\w+\s?)*(?!x)$`, '', /^is not linear/],
  ['exponential, bounded', String.raw`^(?:a|a){0,40}$`, '', /^is not linear/],
  ['quadratic, because it can begin anywhere', String.raw`\s+$`, '', /^is not linear/],
  ['with unknown flags', 'a', 'v', /^cannot be judged/],
  ['not JavaScript', 'a++', '', /^cannot be judged/],
])('an expression that is %s', async (_, source, flags, verdict) => {
  expect((await judgeRegex(source, flags)) ?? 'linear').toMatch(verdict ?? /^linear$/);
});

test('the lint rule reports them in product code, and requires literals', async () => {
  const directory = await tempDirectoryForTest();
  cpSync(join(ROOT, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  symlinkSync(join(ROOT, 'scripts'), join(directory, 'scripts'));
  const files = ['src/http', 'cache', 'sample', 'stack', 'test'].map((folder) => `${folder}/a.ts`);
  for (const file of files) {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(
      join(directory, file),
      'export const quadratic = /a+$/;\nexport const built = (a: string) => new RegExp(a);\n',
    );
  }
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(oxlint, ['--format', 'unix', ...files], { cwd: directory });
  const found = Array.from(
    stdout.toString().matchAll(/^(\S+\/a\.ts:\d).*linear-regexes/gm),
    ([, place = '']) => place,
  );
  const faulty = files.filter((file) => !file.startsWith('test'));
  expect(found.toSorted()).toEqual(faulty.toSorted().flatMap((file) => [`${file}:1`, `${file}:2`]));
});
