import { osiLicense } from './classifiers.ts';
import type { SampleProject } from './project.ts';

const LICENSE_TEXT = `The Sample License

1. Whoever has a copy of this sample may do with it whatever they like.
2. There is no second clause.
`;

/** Where a license can stand, and what it can be. */
export const licenseProjects: readonly SampleProject[] = [
  {
    name: 'sample-license-or',
    shows: 'an SPDX expression with OR: its freest arm gives the color',
    licenseExpression: 'MIT OR GPL-3.0-only',
    releases: ['1.0'],
  },
  {
    name: 'sample-license-and',
    shows: 'an SPDX expression with AND, beside an older field and a classifier that say less',
    licenseExpression: 'BSD-3-Clause AND (GPL-2.0-or-later WITH Classpath-exception-2.0)',
    license: 'BSD',
    classifiers: [osiLicense('BSD License')],
    releases: ['1.0'],
  },
  {
    name: 'sample-license-short',
    shows: 'a license in a few words of its own',
    license: 'MPL 2.0',
    releases: ['1.0'],
  },
  {
    name: 'sample-license-unknown',
    shows: 'the license UNKNOWN beside a classifier that knows it',
    license: 'UNKNOWN',
    classifiers: [osiLicense('GNU Lesser General Public License v3 (LGPLv3)')],
    releases: ['1.0'],
  },
  {
    name: 'sample-license-text',
    shows: "a license's whole text in the field, and a classifier",
    license: LICENSE_TEXT,
    classifiers: [osiLicense('ISC License (ISCL)')],
    releases: ['1.0'],
  },
  {
    name: 'sample-license-text-only',
    shows: "a license's whole text in the field, and nothing else",
    license: LICENSE_TEXT,
    releases: ['1.0'],
  },
  { name: 'sample-license-none', shows: 'no license at all', releases: ['1.0'] },
  {
    name: 'sample-license-classifiers',
    shows: 'several license classifiers',
    license: '',
    classifiers: [
      'License :: DFSG approved',
      osiLicense('Apache Software License'),
      osiLicense('GNU General Public License v2 or later (GPLv2+)'),
      osiLicense('MIT License'),
    ],
    releases: ['1.0'],
  },
  {
    name: 'sample-public-domain',
    shows: 'the public domain, which has a color of its own',
    classifiers: ['License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication'],
    releases: ['1.0'],
  },
];
