import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { KINDS } from '../../../src/badges/catalog.ts';
import type { DownloadKind, ProjectKind, Content, Options } from '../../../src/badges/kind.ts';
import {
  type DownloadFacts,
  type ProjectFacts,
  projectFactsSchema,
} from '../../../src/facts/schema.ts';

const COLOR = /^(?:brightgreen|green|yellowgreen|yellow|orange|red|blue|lightgrey|#[0-9a-f]{6})$/;

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.lorem());

const anyClassifier = fc.oneof(
  anyText,
  fc.constantFrom('Typing :: Typed', 'License :: OSI Approved', 'Framework :: Django :: 4.2'),
  fc
    .tuple(
      fc.constantFrom(
        'License',
        'License :: OSI Approved',
        'Development Status',
        'Programming Language :: Python',
        'Programming Language :: Python :: Implementation',
        'Framework :: Django',
        'Framework :: Jupyter :: JupyterLab',
      ),
      fc.oneof(anyText, fc.constantFrom('3', '3.9', '3 :: Only', '(', '()', '( )', ' License', '')),
    )
    .map(([parent, child]) => `${parent} :: ${child}`),
);

const anyExpression = fc
  .array(
    fc.constantFrom(
      'MIT',
      'GPL-3.0-only',
      'CC0-1.0',
      'LicenseRef-x',
      'AND',
      'OR',
      'WITH',
      '+',
      '(',
      ')',
      ':',
    ),
    { maxLength: 30 },
  )
  .map((tokens) => tokens.join(' '));

const anyProject: fc.Arbitrary<ProjectFacts> = fc
  .record({
    version: fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^\d+(\.\d+)*(rc\d)?$/)),
    yanked: fc.boolean(),
    license: fc.option(fc.oneof(anyText, anyExpression)),
    licenseExpression: fc.option(fc.oneof(anyText, anyExpression)),
    classifiers: fc.array(anyClassifier),
    requiresPython: fc.option(anyText),
    releasedOn: fc.option(fc.constant('2026-11-29')),
    smallestBytes: fc.option(fc.nat()),
    largestBytes: fc.option(fc.nat()),
    packageTypes: fc.array(fc.oneof(anyText, fc.constantFrom('bdist_wheel', 'bdist_egg', 'sdist'))),
  })
  .map((facts) => projectFactsSchema.parse(facts));

const anyDownloads: fc.Arbitrary<DownloadFacts> = fc.record({
  lastDay: fc.double(),
  lastWeek: fc.double(),
  lastMonth: fc.double(),
});

const anyOptions: fc.Arbitrary<Options> = fc.record(
  {
    grammar: fc.constantFrom('pypip', 'shields', 'fury'),
    period: fc.constantFrom('day', 'week', 'month'),
    text: fc.constantFrom('pypi', 'version'),
    prefix: fc.constantFrom('v', 'none'),
  },
  { requiredKeys: ['grammar'] },
);

const projectKinds = KINDS.filter((kind): kind is ProjectKind => kind.facts === 'project');
const downloadKinds = KINDS.filter((kind): kind is DownloadKind => kind.facts === 'downloads');

/** The faults of a badge. */
function faultsOf({ label, message, color }: Content, maxLength: number): string[] {
  const faults = [];
  if (label === '') faults.push('no label');
  if (message === '') faults.push('no message');
  if (message.length > maxLength) faults.push(`a message of ${message.length} characters`);
  if (!COLOR.test(color)) faults.push(`the color ${color}`);
  return faults;
}

describe('makes a badge of any facts, no longer than the facts', () => {
  test.each(projectKinds)('$id', (kind) => {
    fc.assert(
      fc.property(anyProject, anyOptions, (facts, options) => {
        const content = kind.describe(facts, options);
        expect(faultsOf(content, JSON.stringify(facts).length)).toEqual([]);
      }),
    );
  });

  test.each(downloadKinds)('$id', (kind) => {
    fc.assert(
      fc.property(anyDownloads, anyOptions, (facts, options) => {
        expect(faultsOf(kind.describe(facts, options), '9007.2T/month'.length)).toEqual([]);
      }),
    );
  });
});

// A quadratic step would take a minute for each of these texts, and exceed the test's time limit.
test('reads long texts in linear time', () => {
  const length = 300_000;
  const parents = ['License', 'Framework :: Django', 'Programming Language :: Python'];
  for (const piece of [
    '(',
    '((x',
    ' License',
    ' :: ',
    '1',
    '1.',
    '1 ',
    '(MIT) ',
    'MIT OR ',
    '\n',
    'a-',
  ]) {
    const text = `1${piece.repeat(length / piece.length)}!`;
    const nameless = projectFactsSchema.parse({
      version: text,
      yanked: false,
      license: text,
      licenseExpression: null,
      classifiers: parents.map((parent) => `${parent} :: ${text}`),
      requiresPython: text,
      packageTypes: [text],
    });
    for (const facts of [nameless, { ...nameless, licenseExpression: text }]) {
      const contents = projectKinds.map((kind) => kind.describe(facts, { grammar: 'shields' }));
      expect(contents.flatMap((content) => faultsOf(content, 2 * length))).toEqual([]);
    }
  }
});
