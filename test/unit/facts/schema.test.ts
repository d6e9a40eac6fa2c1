import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pypiProjectSchema } from '../../../src/facts/schema.ts';

const INFO = {
  version: '1.0',
  yanked: true,
  license: 'MIT',
  license_expression: 'Apache-2.0',
  classifiers: ['Typing :: Typed', 'Topic :: Other'],
  requires_python: '>=3.9',
};
const ANSWER = { info: INFO, urls: [{ packagetype: 'sdist' }, { packagetype: 'bdist_wheel' }] };
const FACTS = pypiProjectSchema.parse(ANSWER);

/** Field of PyPI's answer → the fact read from it. */
const FACT_OF = {
  yanked: 'yanked',
  license: 'license',
  license_expression: 'licenseExpression',
  classifiers: 'classifiers',
  requires_python: 'requiresPython',
} as const;

test('reads the fields that badges use', () => {
  expect(FACTS).toMatchObject({
    version: '1.0',
    yanked: true,
    license: 'MIT',
    licenseExpression: 'Apache-2.0',
    classifiers: ['Typing :: Typed'],
    requiresPython: '>=3.9',
    packageTypes: ['sdist', 'bdist_wheel'],
  });
});

test.each(Object.entries(FACT_OF))('any JSON in %s leaves the other facts alone', (field, fact) => {
  fc.assert(
    fc.property(fc.jsonValue(), (odd) => {
      const facts = pypiProjectSchema.parse({ ...ANSWER, info: { ...INFO, [field]: odd } });
      expect({ ...facts, [fact]: null }).toEqual({ ...FACTS, [fact]: null });
    }),
  );
});

test('any JSON in urls, or in one of them, leaves the other facts alone', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (odd) => {
      const facts = pypiProjectSchema.parse({ ...ANSWER, urls: odd });
      const ofFiles = {
        packageTypes: [],
        releasedOn: null,
        smallestBytes: null,
        largestBytes: null,
      };
      expect({ ...facts, ...ofFiles }).toEqual({ ...FACTS, ...ofFiles });
      const one = pypiProjectSchema.parse({ ...ANSWER, urls: [odd, { packagetype: 'sdist' }] });
      expect(one.packageTypes).toContain('sdist');
    }),
  );
});

test('only the version is required', () => {
  expect(pypiProjectSchema.safeParse({ info: { version: '1.0' } }).success).toBe(true);
  expect(pypiProjectSchema.safeParse({ info: { ...INFO, version: undefined } }).success).toBe(
    false,
  );
  expect(pypiProjectSchema.safeParse({ info: { ...INFO, version: '' } }).success).toBe(false);
});
