import { osiLicense } from './classifiers.ts';
import type { SampleProject } from './project.ts';

const LICENSE_TEXT = `The Sample License

1. Whoever has a copy of this sample may do with it whatever they like.
2. There is no second clause.
`;

/** The fields that can name a license, and what stands in them. */
export const licenseProjects: readonly SampleProject[] = [
  {
    name: 'sample-license-or',
    shows: 'an SPDX expression with OR: the most permissive license gives the color',
    info: { license_expression: 'MIT OR GPL-3.0-only' },
  },
  {
    name: 'sample-license-and',
    shows: 'an SPDX expression with AND, and less precise older fields',
    info: {
      license_expression: 'BSD-3-Clause AND (GPL-2.0-or-later WITH Classpath-exception-2.0)',
      license: 'BSD',
      classifiers: [osiLicense('BSD License')],
    },
  },
  {
    name: 'sample-license-short',
    shows: 'a license in a few words, not in SPDX',
    info: { license: 'MPL 2.0' },
  },
  {
    name: 'sample-license-unknown',
    shows: 'the license UNKNOWN, and a classifier that names it',
    info: {
      license: 'UNKNOWN',
      classifiers: [osiLicense('GNU Lesser General Public License v3 (LGPLv3)')],
    },
  },
  {
    name: 'sample-license-text',
    shows: 'the whole text of a license in the field, and a classifier',
    info: { license: LICENSE_TEXT, classifiers: [osiLicense('ISC License (ISCL)')] },
  },
  {
    name: 'sample-license-text-only',
    shows: 'the whole text of a license in the field, and nothing else',
    info: { license: LICENSE_TEXT },
  },
  { name: 'sample-license-none', shows: 'no license at all' },
  {
    name: 'sample-license-classifiers',
    shows: 'several license classifiers',
    info: {
      license: '',
      classifiers: [
        'License :: DFSG approved',
        osiLicense('Apache Software License'),
        osiLicense('GNU General Public License v2 or later (GPLv2+)'),
        osiLicense('MIT License'),
      ],
    },
  },
  {
    name: 'sample-public-domain',
    shows: 'the public domain, which has a color of its own',
    info: { classifiers: ['License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication'] },
  },
];
