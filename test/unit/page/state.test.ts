import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsOf } from '../../../page/shared/rows.js';
import { readState, writeState } from '../../../page/shared/state.js';
import { servedWith } from '../../../src/badges/catalog.ts';
import { createCatalog } from '../../../src/pages/catalog.ts';

const catalog = createCatalog(servedWith(false));
const read = (query: string) => readState(new URLSearchParams(query), catalog);

test.each([
  ['', '/pypi/v/a.svg'],
  ['label=', '/pypi/v/a.svg'],
  ['label=stable', '/pypi/v/a.svg?label=stable'],
  ['nolabel=1', '/pypi/v/a.svg?label='],
  ['label=stable&nolabel=1', '/pypi/v/a.svg?label='],
  ['label=stable&nolabel=', '/pypi/v/a.svg?label=stable'],
])('the address ?%s shows %s', (query, image) => {
  const input = { type: 'project', project: 'a' } as const;
  const [version] = rowsOf(input, read(query), catalog, 'https://badges.test');
  expect(version?.image).toBe(image);
});

test('an address is written as it is read', () => {
  const names = ['project', 'label', 'nolabel', 'color', 'darkColor', 'style', 'as', 'file'];
  const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom('', '1', 'red', 'rst', 'png'));
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const state = read(new URLSearchParams(pairs).toString());
      expect(read(writeState(state, catalog))).toEqual(state);
    }),
  );
});
