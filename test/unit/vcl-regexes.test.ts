import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeRegex } from '../../scripts/lint/judge-regex.ts';

const EDGE = join(import.meta.dirname, '../../varnish');

// A parameter that is named twice: what is taken possessively is never given back, and \1 is compared once per `&`.
const NOT_JUDGED = [
  String.raw`&([A-Za-z]++=)[^&]*+&\1`,
  String.raw`&([A-Za-z]++=)[^&]*+(?:&\1[^&]*+)+`,
];

const code = globSync('**/*.vcl', { cwd: EDGE })
  .map((file) => withoutComments(readFileSync(join(EDGE, file), 'utf8')))
  .join('\n');
const matched = all(/!?~\s*"([^"]*)"/g);
const substituted = all(/(?<!var\.set\()"([^"]*)",\s*"[^"]*"\)/g);
const patterns = [...new Set(matched.concat(substituted))];

/** Comments and long strings, such as pictures, are left out. */
function withoutComments(vcl: string): string {
  return vcl.replace(
    /("[^"\n]*")|\{"[^]*?"\}|#.*|\/\/.*|\/\*[^]*?\*\//g,
    (_match, text?: string) => text ?? '',
  );
}

function all(pattern: RegExp): string[] {
  return Array.from(code.matchAll(pattern), ([, found]) => found ?? '');
}

/** As JavaScript writes it: the few groups that ignore the case make all of it do so, which matches more. */
function judge(pattern: string): string | undefined {
  const spelled = pattern.replaceAll('(?i:', '(?:');
  return judgeRegex(spelled, spelled === pattern ? '' : 'i');
}

test('every pattern is seen', () => {
  const lists = all(/^acl (\w+)/gm);
  const others = all(/~\s*([^"\s)]+)/g).filter((name) => !lists.includes(name));
  expect(others).toEqual([]);
  expect(matched.length).toBeGreaterThan(20);
  // A call whose pattern and replacement are no plain strings would be missed.
  expect(substituted).toHaveLength(all(/\bregsub(?:all)?\(/g).length);
});

test.each(patterns.filter((pattern) => !NOT_JUDGED.includes(pattern)))('linear: %s', (pattern) => {
  expect(judge(pattern)).toBeUndefined();
});

test.each(NOT_JUDGED)('still there, and not to be judged: %s', (pattern) => {
  expect(patterns).toContain(pattern);
  expect(judge(pattern)).toMatch(/^cannot be judged/);
});
