import { implementations, osiLicense, pythons, STABLE, TYPED } from './classifiers.ts';
import type { SampleProject } from './project.ts';

/** Names that everybody knows, for the demo. Facts only, of some day; the counts are rounded. */
export const wellKnownProjects: readonly SampleProject[] = [
  {
    name: 'requests',
    shows: 'a name that everybody tries first; releases yanked in the middle',
    summary: 'Python HTTP for Humans.',
    license: 'Apache-2.0',
    classifiers: [
      STABLE,
      osiLicense('Apache Software License'),
      ...pythons('3', '3 :: Only', '3.8', '3.9', '3.10', '3.11', '3.12'),
      ...implementations('CPython', 'PyPy'),
    ],
    requiresPython: '>=3.8',
    releases: [
      { version: '2.31.0', license: 'Apache 2.0', requiresPython: '>=3.7' },
      { version: '2.32.0', yanked: 'Yanked due to conflicts with CVE-2024-35195 mitigation' },
      { version: '2.32.1', yanked: 'Yanked due to conflicts with CVE-2024-35195 mitigation' },
      '2.32.2',
      '2.32.3',
    ],
    downloads: { day: 33_000_000, week: 230_000_000, month: 980_000_000 },
  },
  {
    name: 'Flask',
    shows: 'a capital letter; an SPDX expression; versions of Python only in requires_python',
    summary: 'A simple framework for building complex web applications.',
    licenseExpression: 'BSD-3-Clause',
    classifiers: [STABLE, 'Framework :: Flask', 'Programming Language :: Python', TYPED],
    requiresPython: '>=3.9',
    releases: ['2.3.3', '3.0.3', '3.1.0', '3.1.1', '3.1.2'],
    downloads: { day: 6_400_000, week: 39_400_000, month: 157_000_000 },
  },
  {
    name: 'Django',
    shows: 'a pre-release newer than the final release',
    summary: 'A high-level Python web framework.',
    licenseExpression: 'BSD-3-Clause',
    classifiers: [
      STABLE,
      'Framework :: Django',
      ...pythons('3', '3 :: Only', '3.10', '3.11', '3.12', '3.13'),
    ],
    requiresPython: '>=3.10',
    releases: ['4.2.16', '5.1.4', '5.2.5', '5.2.6', '6.0a1'],
    downloads: { day: 900_000, week: 6_300_000, month: 27_000_000 },
  },
  {
    name: 'numpy',
    shows: 'a license that only a classifier names',
    summary: 'Fundamental package for array computing in Python',
    classifiers: [
      STABLE,
      osiLicense('BSD License'),
      ...pythons('3', '3.10', '3.11', '3.12', '3.13', '3 :: Only'),
      ...implementations('CPython'),
      TYPED,
    ],
    requiresPython: '>=3.10',
    releases: ['1.26.4', '2.0.2', '2.1.3', '2.2.0', '2.2.1'],
    downloads: { day: 13_000_000, week: 91_000_000, month: 390_000_000 },
  },
];
