import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createProbes } from '../../../src/http/probes.ts';

const EDGE = '10.0.0.1';
const OTHER = '10.0.0.2';
const INTERVAL_MS = 500;

/** Probes as they arrive: one line for each interval, each with the addresses of the edges that probe then. */
function startProbes(before: readonly (readonly string[])[]) {
  let nowMs = 0;
  const probes = createProbes(() => nowMs);
  const addAll = (intervals: readonly (readonly string[])[]): void => {
    for (const addresses of intervals) {
      nowMs += INTERVAL_MS;
      for (const address of addresses) probes.add(address);
    }
  };
  addAll(before);
  return { probes, addAll };
}

const often = (...addresses: string[]): string[][] => Array.from({ length: 9 }, () => addresses);

test.each([
  ['one edge', often(EDGE), [[EDGE], [EDGE]], [[EDGE]]],
  ['an edge that has just started', [[EDGE]], [[EDGE], [EDGE]], [[EDGE]]],
  ['two edges', often(EDGE, OTHER), [[EDGE], [EDGE], [EDGE, OTHER]], [[OTHER], [OTHER]]],
  ['two edges at one address', often(EDGE, EDGE), [[EDGE, EDGE], [EDGE]], [[EDGE], [EDGE, EDGE]]],
  ['an edge that stops, too', often(EDGE), [[EDGE], []], [[], [], [], [], []]],
  ['another that probes from now on', often(EDGE), [[EDGE], [EDGE, OTHER]], [[EDGE]]],
])('%s has three refused probes before a process stops', (_, before, tooFew, enough) => {
  const { probes, addAll } = startProbes(before);
  const notice = probes.refuse();
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
  const notice = startProbes(before).probes.refuse();
  expect(notice.isExpected).toBe(false);
  expect(notice.isOver()).toBe(true);
});

describe('a process is found', () => {
  test.each([
    ['by one edge', [[EDGE]], [[]]],
    ['by two edges', [[EDGE]], [[OTHER]]],
    ['late', [[], [], []], [[EDGE]]],
    ['where no edge probes', [[], [], [], [], []], [[]]],
  ])('%s', (_, before, enough) => {
    const { probes, addAll } = startProbes([]);
    probes.succeed();
    expect(probes.isFound()).toBe(false);
    addAll(before);
    expect(probes.isFound()).toBe(false);
    addAll(enough);
    expect(probes.isFound()).toBe(true);
  });

  test('by no probe of before it was ready', () => {
    const { probes, addAll } = startProbes(often(EDGE));
    probes.succeed();
    addAll([[], []]);
    expect(probes.isFound()).toBe(false);
  });
});

test('the edge drops a node after as many failed probes as are waited for, two a second', () => {
  const probe = readFileSync(new URL('../../../varnish/rules/probe.vcl', import.meta.url), 'utf8');
  for (const setting of ['.interval = 0.5s', '.window = 3', '.threshold = 1'])
    expect(probe).toContain(setting);
});
