import { expect, test } from 'vitest';
import { BEFORE, newsOf, pageWith, poll, START_MS } from './rss-page.ts';

test.each([
  ['requests 2.31.0', 'requests', '2.31.0'],
  ['zope.interface 5.4.0', 'zope-interface', '5.4.0'],
  ['Py__ 1', undefined, undefined],
  ['PyYAML 6.0.1', 'pyyaml', '6.0.1'],
  ['3to2 1.10', '3to2', '1.10'],
  ['pytz 1!2004.4', 'pytz', '1!2004.4'],
  ['torch 2.1.0+cu118', 'torch', '2.1.0+cu118'],
  ['torch 2.1.0&#43;cu118', 'torch', '2.1.0+cu118'],
  ['torch 2.1.0&#x2B;cu118', 'torch', '2.1.0+cu118'],
  ['<![CDATA[torch 2.1.0+cu118]]>', 'torch', '2.1.0+cu118'],
  ['nul 007', 'nul', '007'],
  ['1e5 1e5', '1e5', '1e5'],
  ['constructor 1.0', 'constructor', '1.0'],
  ['a&amp;b 1.0', undefined, undefined],
  ['requests', undefined, undefined],
  ['requests ', undefined, undefined],
  ['waitprint added to PyPI', undefined, undefined],
  ['a 1/../2', undefined, undefined],
  ['a <b>1</b>', undefined, undefined],
  ['<b>a</b> 1', undefined, undefined],
  ['', undefined, undefined],
])('%s', async (title, project, release) => {
  const { changes } = await newsOf([BEFORE], [[title, 2], BEFORE]);
  expect(changes).toEqual(
    project === undefined ? [] : [{ project, release, atMs: START_MS + 2_000 }],
  );
});

test.each([
  ['no date', '<title>a 1</title>'],
  ['a date that is none', '<title>a 1</title><pubDate>yesterday</pubDate>'],
  ['two titles', '<title>a 1</title><title>b 1</title><pubDate>20 Nov 2026 12:00:05 GMT</pubDate>'],
  ['nothing', ''],
])('an item with %s is left out', async (_, item) => {
  const { position } = await newsOf([BEFORE]);
  const known = `<title>before 1.0</title><pubDate>${new Date(START_MS).toUTCString()}</pubDate>`;
  expect(await poll(pageWith([item, known]), position)).toMatchObject({
    changes: [],
    hasGap: false,
  });
});
