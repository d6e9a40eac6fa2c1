import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { EDGE_ARGUMENTS } from '../../stack/edge.ts';
import { REDIS_ARGUMENTS } from '../../stack/describe-parts.ts';

const compose = readFileSync(resolve(import.meta.dirname, '../../docker-compose.yml'), 'utf8');

/** The command of a service, word by word. */
function commandOf(program: string): string[] {
  const [, words = ''] = new RegExp(`- ${program}\\n((?: +(?:- |#).*\\n)+)`).exec(compose) ?? [];
  return [...words.matchAll(/^ +- (.*)$/gm)].map(([, word = '']) => word.replaceAll("'", ''));
}

/** Options with one value each: what differs between machines (files, addresses) is left out. */
function sizesOf(words: readonly string[]): Set<string> {
  const pairs = words.map((word, index) => `${word} ${words[index + 1]}`);
  return new Set(
    pairs.filter((pair) => /^(?:-[ps]|--[a-z-]+) /.test(pair) && !/vcl_path/.test(pair)),
  );
}

test.each([
  ['varnishd', EDGE_ARGUMENTS],
  ['redis-server', REDIS_ARGUMENTS],
] as const)('%s is sized alike with Docker and without', (program, ours) => {
  expect(sizesOf(ours).size).toBeGreaterThan(3);
  expect(sizesOf(commandOf(program))).toEqual(sizesOf(ours));
});
