import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PARAMETER_NAMES } from '../../../src/http/parameters.ts';

const RULE = new URL('../../../varnish/rules/canonical-query.vcl', import.meta.url);

test('the edge knows the API’s parameters, and no others', async () => {
  const vcl = await readFile(RULE, 'utf8');
  const lists = [...vcl.matchAll(/&\(\?!\(\?:([A-Za-z|]+)\)=\)/g)].map(([, names = '']) =>
    names.split('|'),
  );
  // Once to see whether there is something to drop, once to drop it.
  expect(lists).toHaveLength(2);
  for (const names of lists) expect(names).toEqual(PARAMETER_NAMES.toSorted());
});
