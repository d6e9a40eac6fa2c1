import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../../src/edge/tags.ts';
import { MINUTE, NOW, SECOND } from '../cache/facts/harness.ts';
import { type Edge, startEdge } from './purger-harness.ts';

const SECOND_PURGE_MS = 10 * SECOND;
const MARGIN_MS = 2 * MINUTE;
const LOGGED_MS = 25 * 60 * MINUTE;
const TAGS_AT_ONCE = 50;

const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `project-${at}`);

describe('a purge', () => {
  test('reaches all nodes, by tag', async () => {
    const { nodes, counts, beginWell } = await startEdge();
    const purger = await beginWell();
    await purger.purge(['requests', 'flask']);
    for (const node of nodes) expect(node.taken).toEqual([['project/requests', 'project/flask']]);
    expect(counts).toEqual({ purged: 4, failed: 0 });
  });

  test('of many is sent in parts', async () => {
    const { nodes, beginWell } = await startEdge();
    const purger = await beginWell();
    await purger.purge(many(2 * TAGS_AT_ONCE + 1));
    expect(nodes[0].taken.map((tags) => tags.length)).toEqual([TAGS_AT_ONCE, TAGS_AT_ONCE, 1]);
    expect(nodes[0].takeTags()).toHaveLength(2 * TAGS_AT_ONCE + 1);
  });

  test('of everything is one tag', async () => {
    const { nodes, beginWell } = await startEdge();
    const purger = await beginWell();
    await purger.purge([EVERYTHING]);
    for (const node of nodes) expect(node.taken).toEqual([['*']]);
  });

  test('is done once more: a fetch under way may have asked before it', async () => {
    const { clock, nodes, counts, beginWell } = await startEdge();
    const purger = await beginWell();
    await purger.purge(['requests']);
    for (const node of nodes) node.takeTags();
    clock.nowMs += SECOND_PURGE_MS - 1;
    await purger.tick();
    for (const node of nodes) expect(node.taken).toEqual([]);
    clock.nowMs += 1;
    await purger.tick();
    for (const node of nodes) expect(node.takeTags()).toEqual(['project/requests']);
    clock.nowMs += SECOND_PURGE_MS;
    await purger.tick();
    for (const node of nodes) expect(node.taken).toEqual([]);
    expect(counts).toEqual({ purged: 2, failed: 0 });
  });
});

describe('who leads next', () => {
  /** An edge where another leader has purged projects, each so long ago. */
  async function startPurgedEdge(agoMs: Readonly<Record<string, number>>): Promise<Edge> {
    const edge = await startEdge();
    const before = await edge.beginWell();
    for (const [project, ago] of Object.entries(agoMs)) {
      edge.clock.nowMs = NOW - ago;
      await before.purge([project]);
    }
    edge.clock.nowMs = NOW;
    for (const node of edge.nodes) node.takeTags();
    return edge;
  }

  test('takes every node for one that is behind, until it has answered', async () => {
    const { nodes, urls, begin } = await startEdge();
    const purger = await begin({ [urls[0]]: NOW, [urls[1]]: NOW });
    expect(purger.behind()).toEqual(urls);
    await nodes[1].stop();
    await purger.tick();
    expect(purger.behind()).toEqual([urls[1]]);
    await nodes[1].start();
    await purger.tick();
    expect(purger.behind()).toEqual([]);
  });

  test('gives each node what it has missed, and what was purged just before', async () => {
    const { nodes, urls, begin } = await startPurgedEdge({
      old: MINUTE + MARGIN_MS + 1,
      margin: MINUTE + MARGIN_MS,
      missed: MINUTE / 2,
    });
    await (await begin({ [urls[0]]: NOW - MINUTE, [urls[1]]: NOW - 10 * MINUTE })).tick();
    expect(nodes[0].takeTags()).toEqual(['project/margin', 'project/missed']);
    expect(nodes[1].takeTags()).toEqual(['project/margin', 'project/missed', 'project/old']);
  });

  test('gives a node that it does not know what was purged in the last day', async () => {
    const { nodes, begin } = await startPurgedEdge({ older: LOGGED_MS - MINUTE, newer: SECOND });
    await (await begin({ 'http://gone.example': NOW })).tick();
    for (const node of nodes) expect(node.takeTags()).toEqual(['project/newer', 'project/older']);
  });

  test('may have a clock that is slow', async () => {
    const { clock, nodes, urls, begin } = await startEdge();
    clock.nowMs = NOW - 10 * MINUTE;
    const purger = await begin({ [urls[0]]: NOW });
    await nodes[0].stop();
    await purger.purge(['requests']);
    await nodes[0].start();
    await purger.tick();
    expect(nodes[0].takeTags()).toEqual(['project/requests']);
  });
});
