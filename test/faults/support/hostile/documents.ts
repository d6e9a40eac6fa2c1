import * as fc from 'fast-check';
import { hostileText } from './words.ts';

const LONG = 100_000;
const DEEP = 20_000;

const longText = fc
  .constantFrom(
    'W',
    '(',
    'MIT OR ',
    '<b>',
    ' :: ',
    '1.',
    '\u0301',
    '\u{1f40d}',
    '\ud800',
    '\0',
    '\n',
  )
  .map((piece) => piece.repeat(LONG / piece.length));

/** Text as an upstream may send it, halves of pairs included. */
const text = fc.oneof(
  { weight: 8, arbitrary: hostileText },
  { weight: 1, arbitrary: longText },
  { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom('\ud83d', '\udc0d', 'a', '\u202e') }) },
);

/** Whatever JSON can say, where something else was meant. */
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  text,
  fc.constantFrom<unknown>(
    null,
    true,
    [],
    {},
    [[]],
    '',
    0,
    -1,
    1e308,
    -1e-300,
    2 ** 53,
    [null],
    '1',
  ),
);

const mostly = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary }, { weight: 1, arbitrary: junk });

const family = fc.constantFrom(
  'License :: OSI Approved',
  'License',
  'Development Status',
  'Programming Language :: Python',
  'Programming Language :: Python :: Implementation',
  'Framework :: Django',
  'Typing',
);
const classifier = fc.oneof(
  fc.tuple(family, hostileText).map((parts) => parts.join(' :: ')),
  fc.constantFrom('Development Status :: 5 - Production/Stable', 'Typing :: Typed'),
  text,
);

const version = mostly(fc.oneof(text, fc.constantFrom('1.0', '1.0rc1', '1!0.5')));

const info = fc.record(
  {
    version,
    yanked: mostly(fc.boolean()),
    license: mostly(text),
    license_expression: mostly(
      fc.oneof(text, fc.constantFrom('MIT', 'MIT OR (GPL-3.0-only AND X)')),
    ),
    classifiers: mostly(fc.array(mostly(classifier), { maxLength: 8 })),
    requires_python: mostly(text),
    summary: junk,
  },
  { requiredKeys: ['version'] },
);
const file = fc.record({
  packagetype: mostly(fc.constantFrom('bdist_wheel', 'sdist', 'bdist_egg')),
  size: mostly(fc.double()),
  upload_time_iso_8601: mostly(fc.constantFrom('2026-11-29T12:00:00.000000Z', '2026-11-29')),
});

/** What the Simple API says of the same project. */
const simple = {
  versions: mostly(fc.array(version, { maxLength: 4 })),
  files: mostly(
    fc.array(
      mostly(
        fc.record({
          filename: mostly(version.map((one) => `project-${String(one)}.tar.gz`)),
          yanked: mostly(fc.oneof(fc.boolean(), text)),
          provenance: mostly(text),
        }),
      ),
      { maxLength: 4 },
    ),
  ),
  'project-status': mostly(
    fc.record({ status: mostly(fc.constantFrom('active', 'archived', 'quarantined')) }),
  ),
  meta: mostly(fc.record({ '_last-serial': mostly(fc.nat()) })),
};

const project = fc.record(
  {
    info: mostly(info),
    urls: mostly(fc.array(mostly(file), { maxLength: 4 })),
    last_serial: mostly(fc.nat()),
    releases: junk,
    ...simple,
    ownership: junk,
    __proto__: junk,
  },
  { requiredKeys: ['info'] },
);

/** Bytes that begin as JSON, or as something else. */
const noJson = fc.constantFrom<Buffer | string>(
  '',
  ' ',
  '<html></html>',
  '{"info":{"version":"1.0"',
  '{"info":{"version":"1.0"}}{"info":{"version":"2.0"}}',
  '\ufeff{"info":{"version":"1.0"}}',
  '{"info":{"version":"\u0001"}}',
  "{'info':{'version':'1.0'}}",
  '{"info":{"version":"1.0","yanked":NaN}}',
  '{"info":{"version":"1.0"},"last_serial":1e999}',
  '{"info":{"version":"1.0","version":"2.0","__proto__":{"yanked":true}}}',
  Buffer.from('{"info":{"version":"1.0"}}', 'utf16le'),
  Buffer.from('{"info":{"version":"\xff\xfe\xc0\xaf"}}', 'latin1'),
  '['.repeat(DEEP),
  `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  `${'{"info":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  `{"info":{"version":"1.0","summary":${'[{"a":'.repeat(DEEP)}1${'}]'.repeat(DEEP)}}}`,
);

const asJson = (document: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  document.map((value) => JSON.stringify(value));
const brokenOff = (whole: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(whole, fc.nat()).map(([body, at]) => body.slice(0, at % (body.length + 1)));
const anyBody = (document: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer | string> =>
  fc.oneof(
    { weight: 12, arbitrary: asJson(document) },
    { weight: 1, arbitrary: brokenOff(asJson(document)) },
    { weight: 1, arbitrary: asJson(junk) },
    { weight: 2, arbitrary: noJson },
  );

/** What PyPI never says of a project, whichever of its APIs is asked. */
export const projectBody: fc.Arbitrary<Buffer | string> = anyBody(project);
