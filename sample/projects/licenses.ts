import { osiLicense } from './classifiers.ts';
import type { SampleProject } from './project.ts';

const LICENCE_TEXT = `The Sample Licence

1. Whoever has a copy of this sample may do with it whatever they like.
2. There is no second clause.
`;

/** Where a licence can stand, and what it can be. */
export const licenceProjects: readonly SampleProject[] = [
  {
    name: 'sample-licence-or',
    shows: 'an SPDX expression with OR: its freest arm gives the colour',
    licenseExpression: 'MIT OR GPL-3.0-only',
    releases: ['1.0'],
  },
  {
    name: 'sample-licence-and',
    shows: 'an SPDX expression with AND, beside an older field and a classifier that say less',
    licenseExpression: 'BSD-3-Clause AND (GPL-2.0-or-later WITH Classpath-exception-2.0)',
    license: 'BSD',
    classifiers: [osiLicense('BSD License')],
    releases: ['1.0'],
  },
  {
    name: 'sample-licence-short',
    shows: 'a licence in a few words of its own',
    license: 'MPL 2.0',
    releases: ['1.0'],
  },
  {
    name: 'sample-licence-unknown',
    shows: 'the licence UNKNOWN beside a classifier that knows it',
    license: 'UNKNOWN',
    classifiers: [osiLicense('GNU Lesser General Public License v3 (LGPLv3)')],
    releases: ['1.0'],
  },
  {
    name: 'sample-licence-text',
    shows: "a licence's whole text in the field, and a classifier",
    license: LICENCE_TEXT,
    classifiers: [osiLicense('ISC License (ISCL)')],
    releases: ['1.0'],
  },
  {
    name: 'sample-licence-text-only',
    shows: "a licence's whole text in the field, and nothing else",
    license: LICENCE_TEXT,
    releases: ['1.0'],
  },
  { name: 'sample-licence-none', shows: 'no licence at all', releases: ['1.0'] },
  {
    name: 'sample-licence-classifiers',
    shows: 'several licence classifiers',
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
    shows: 'the public domain, which has a colour of its own',
    classifiers: ['License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication'],
    releases: ['1.0'],
  },
];
