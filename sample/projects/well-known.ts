import { implementations, osiLicense, pythons, STABLE, TYPED } from './classifiers.ts';
import type { SampleProject } from './project.ts';

/** Well-known names for the demo: only facts, as of some day, and rounded download counts. */
export const wellKnownProjects: readonly SampleProject[] = [
  {
    name: 'requests',
    shows: 'the name that everybody tries first; yanked releases between others',
    info: {
      summary: 'Python HTTP for Humans.',
      license: 'Apache-2.0',
      classifiers: [
        STABLE,
        osiLicense('Apache Software License'),
        ...pythons('3', '3 :: Only', '3.8', '3.9', '3.10', '3.11', '3.12'),
        ...implementations('CPython', 'PyPy'),
      ],
      requires_python: '>=3.8',
    },
    releases: [
      { version: '2.31.0', info: { license: 'Apache 2.0', requires_python: '>=3.7' } },
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
    info: {
      summary: 'A simple framework for building complex web applications.',
      license_expression: 'BSD-3-Clause',
      classifiers: [STABLE, 'Framework :: Flask', 'Programming Language :: Python', TYPED],
      requires_python: '>=3.9',
    },
    releases: ['2.3.3', '3.0.3', '3.1.0', '3.1.1', '3.1.2'],
    downloads: { day: 6_400_000, week: 39_400_000, month: 157_000_000 },
  },
  {
    name: 'Django',
    shows: 'a pre-release that is newer than the final release',
    info: {
      summary: 'A high-level Python web framework.',
      license_expression: 'BSD-3-Clause',
      classifiers: [
        STABLE,
        'Framework :: Django',
        ...pythons('3', '3 :: Only', '3.10', '3.11', '3.12', '3.13'),
      ],
      requires_python: '>=3.10',
    },
    releases: ['4.2.16', '5.1.4', '5.2.5', '5.2.6', '6.0a1'],
    downloads: { day: 900_000, week: 6_300_000, month: 27_000_000 },
  },
  {
    name: 'numpy',
    shows: 'a license that only a classifier names',
    info: {
      summary: 'Fundamental package for array computing in Python',
      classifiers: [
        STABLE,
        osiLicense('BSD License'),
        ...pythons('3', '3.10', '3.11', '3.12', '3.13', '3 :: Only'),
        ...implementations('CPython'),
        TYPED,
      ],
      requires_python: '>=3.10',
    },
    releases: ['1.26.4', '2.0.2', '2.1.3', '2.2.0', '2.2.1'],
    downloads: { day: 13_000_000, week: 91_000_000, month: 390_000_000 },
  },
];
