import { expect, test } from 'vitest';
import type { z } from 'zod';
import { createCodec } from '../../../cache/facts/codec.ts';
import {
  downloadFactsSchema,
  projectFactsSchema,
  simpleFactsSchema,
} from '../../../src/facts/schema.ts';

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
