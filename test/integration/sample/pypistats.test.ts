import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { recentShape } from './shapes.ts';

const standIn = createStandIn({ projects: sampleProjects });
beforeAll(() => standIn.listen());
afterAll(() => standIn.close());

const recent = (name: string, query = '') =>
  ask(`${standIn.url}/api/packages/${name}/recent${query}`);

test.each([
  ['sample-billions', 999_999_999, 2_999_999_999, 12_345_678_901],
  ['sample-nearly-a-million', 1_000, 999_499, 999_950],
  ['sample-no-downloads', 0, 0, 0],
  ['sample-plain', 410, 2_900, 12_345],
])('%s was downloaded %i, %i and %i times', async (name, last_day, last_week, last_month) => {
  const { status, headers, text } = await recent(name);
  expect({ status, type: headers['content-type'] }).toEqual({
    status: 200,
    type: 'application/json',
  });
  expect(recentShape.parse(JSON.parse(text))).toEqual({
    data: { last_day, last_week, last_month },
    package: name,
    type: 'recent_downloads',
  });
});

test.each([
  ['day', { last_day: 9 }],
  ['week', { last_week: 99 }],
  ['month', { last_month: 999 }],
])('?period=%s gives that count alone', async (period, data) => {
  const { text } = await recent(`sample-few-downloads`, `?period=${period}`);
  expect(JSON.parse(text)).toMatchObject({ data });
});

describe('names', () => {
  test.each([
    ['sample.dotted.name', 200],
    ['sample_under_score', 200],
    ['sample-dotted-name', 200],
    ['Sample-dotted-name', 404],
    ['sample-dotted.-name', 404],
    ['Flask', 404],
    ['flask', 200],
  ])('%s is answered with %i', async (name, expected) => {
    expect(await recent(name)).toMatchObject({ status: expected });
  });
});

test.each([
  ['sample-uncounted', ''],
  ['not-there', ''],
  ['flask', '?period=year'],
])('%s%s is not found, in plain words', async (name, query) => {
  const { status, headers, text } = await recent(name, query);
  expect({ status, text }).toEqual({ status: 404, text: '404' });
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
});

test('its limits, when switched on, answer an HTML 429 without Retry-After', async () => {
  standIn.misbehave({ api: 'pypistats', mode: 'limited' });
  const replies = [];
  for (let count = 0; count < 40; count += 1) replies.push(await recent('flask'));
  const refused = replies.filter(({ status }) => status === 429);
  expect(replies[0]).toMatchObject({ status: 200 });
  expect(refused.length).toBeGreaterThanOrEqual(10);
  expect(refused[0]?.text).toBe('<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>');
  expect(refused[0]?.headers).not.toHaveProperty('retry-after');
  expect(await ask(`${standIn.url}/pypi/flask/json`)).toMatchObject({ status: 200 });
  standIn.behave();
  expect(await recent('flask')).toMatchObject({ status: 200 });
});
