import { expect, test } from 'vitest';
import type { z } from 'zod';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { indexProject } from '../../../sample/pypi/pages.ts';
import { createCodec } from '../../../cache/facts/codec.ts';
import {
  downloadFactsSchema,
  projectFactsSchema,
  pypiProjectSchema,
  simpleFactsSchema,
} from '../../../src/facts/schema.ts';

const NOW = Date.UTC(2026, 10, 29);
const CHECK = { e: '"etag"', s: 7, f: 1, c: 1, d: 2, n: 0 };

/** Records as the first version of the code wrote them. Never change them: they are in people's stores. */
const FIRST: [string, z.ZodType, object][] = [
  [
    'a project',
    projectFactsSchema,
    {
      version: '2.32.3',
      yanked: false,
      license: 'Apache-2.0',
      licenseExpression: null,
      classifiers: ['Framework :: Django'],
      requiresPython: '>=3.8',
      packageTypes: ['bdist_wheel', 'sdist'],
    },
  ],
  ['the downloads of a project', downloadFactsSchema, { lastDay: 1, lastWeek: 7, lastMonth: 30 }],
  [
    'the Simple API about a project',
    simpleFactsSchema,
    { status: 'archived', latestPre: '2.0rc1', release: '1.0', attested: 'some' },
  ],
];

test.each(FIRST)(
  'still reads the first record of %s: new fields have a default',
  (_, schema, v) => {
    const text = JSON.stringify({ k: 'known', v, ...CHECK });
    const read = createCodec(schema).decode(text);
    expect(read).toMatchObject({ state: 'known', known: { value: v } });
    expect(read).not.toHaveProperty('known.validator');
  },
);

test('the record of a sample project takes less than 2 kB', () => {
  const codec = createCodec(projectFactsSchema);
  const sizes = sampleProjects.flatMap((project) => {
    const page = indexProject(project, 30_000_000).page();
    if (page === undefined) return [];
    const value = pypiProjectSchema.parse(JSON.parse(page.body.toString()));
    const known = { value, validator: page.headers['etag'], serial: 30_000_000, fetchedAtMs: NOW };
    const record = { state: 'known', known, checkedAtMs: NOW, dueAtMs: NOW, failures: 0 } as const;
    return Buffer.byteLength(codec.encode(record));
  });
  expect(Math.max(...sizes)).toBeLessThan(2_048);
});
