import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProbes } from '../../../src/http/probes.ts';

const EDGE = '10.0.0.1';
const OTHER = '10.0.0.2';

/** Probes as they arrive: one line a second, each with the addresses of the edges that probe then. */
function startProbes(before: readonly (readonly string[])[]) {
  let nowMs = 0;
  const probes = createProbes(() => nowMs);
  const addAll = (seconds: readonly (readonly string[])[]): void => {
    for (const addresses of seconds) {
      nowMs += 1_000;
      for (const address of addresses) probes.add(address);
    }
  };
  addAll(before);
  return { notice: probes.expectRefusals(), addAll };
}

const often = (...addresses: string[]): string[][] => Array.from({ length: 9 }, () => addresses);

test.each([
  ['one edge', often(EDGE), [[EDGE], [EDGE]], [[EDGE]]],
  ['an edge that has just started', [[EDGE]], [[EDGE], [EDGE]], [[EDGE]]],
  ['two edges', often(EDGE, OTHER), [[EDGE], [EDGE], [EDGE, OTHER]], [[OTHER], [OTHER]]],
  ['two edges at one address', often(EDGE, EDGE), [[EDGE, EDGE], [EDGE]], [[EDGE], [EDGE, EDGE]]],
  ['an edge that stops, too', often(EDGE), [[EDGE], []], [[], []]],
  ['another that probes from now on', often(EDGE), [[EDGE], [EDGE, OTHER]], [[EDGE]]],
])('%s has three refused probes before a process stops', (_, before, tooFew, enough) => {
  const { notice, addAll } = startProbes(before);
  expect(notice.isExpected).toBe(true);
  addAll(tooFew);
  expect(notice.isOver()).toBe(false);
  addAll(enough);
  expect(notice.isOver()).toBe(true);
});

test.each([
  ['no edge has probed', []],
  ['the edge has stopped long ago', [[EDGE], [], [], []]],
])('expects nothing if %s', (_, before) => {
  const { notice } = startProbes(before);
  expect(notice.isExpected).toBe(false);
  expect(notice.isOver()).toBe(true);
});

test('the edge drops a node after as many failed probes as are waited for, one a second', () => {
  const probe = readFileSync(new URL('../../../varnish/rules/probe.vcl', import.meta.url), 'utf8');
  for (const setting of ['.interval = 1s', '.window = 3', '.threshold = 1'])
    expect(probe).toContain(setting);
});
