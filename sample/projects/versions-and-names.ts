import { BETA, osiLicense, pythons, STABLE, TYPED } from './classifiers.ts';
import type { SampleProject } from './project.ts';

/** What a version badge can say. */
export const versionProjects: readonly SampleProject[] = [
  {
    name: 'sample-plain',
    shows: 'nothing unusual',
    info: {
      license: 'MIT',
      classifiers: [
        STABLE,
        osiLicense('MIT License'),
        ...pythons('3', '3.11', '3.12', '3.13'),
        TYPED,
      ],
      requires_python: '>=3.11',
    },
    releases: ['0', '0.9', '1.0.0', '1.0.post1', '1.2.3'],
  },
  {
    name: 'sample-pre-release',
    shows: 'pre-releases only: the newest of them is the latest release',
    releases: ['1.0a1', '1.0b2', '1.0rc1'],
  },
  { name: 'sample-dev-release', shows: 'a development release only', releases: ['2.0.dev7'] },
  { name: 'sample-epoch', shows: 'an epoch before major version 0', releases: ['2015.1', '1!0.5'] },
  {
    name: 'sample-calver',
    shows: 'calendar versions; eight digits that look like a commit',
    releases: ['20240101', '20261120.1'],
  },
  { name: 'sample-zero', shows: 'version 0, without a dot', releases: ['0'] },
  {
    name: 'sample-local-version',
    shows: 'a local version of major version 0',
    releases: ['0.9+cu118'],
  },
  {
    name: 'sample-non-pep440',
    shows: 'versions from before PEP 440',
    releases: ['.1', '2004-03-r2'],
    files: ['sdist'],
  },
  {
    name: 'sample-yanked',
    shows: 'every release yanked, the latest too',
    releases: [
      { version: '1.0', yanked: 'broken' },
      { version: '1.1', yanked: 'more broken' },
    ],
  },
  {
    name: 'sample-several-yanked',
    shows: 'the newest two yanked: an older one is the latest',
    info: { classifiers: [BETA] },
    releases: ['1.0', '1.1', { version: '1.2', yanked: 'slow' }, { version: '2.0', yanked: '' }],
  },
];

/** How a project's name can be spelled. */
export const nameProjects: readonly SampleProject[] = [
  { name: 'sample.dotted.name', shows: 'dots in the name', releases: ['3.1'] },
  { name: 'sample_under_score', shows: 'underscores in the name', releases: ['0.4.1'] },
  { name: 'SampleUPPER.Case_name', shows: 'capitals, a dot and an underscore', releases: ['5.0'] },
  { name: 'z', shows: 'a name of one letter', releases: ['0.0.1'] },
  { name: '7sample', shows: 'a name that begins with a digit', releases: ['7.7'] },
  { name: `sample-${'very-'.repeat(14)}long-name`, shows: 'a long name' },
  { name: 'sample.svg', shows: 'a name that ends like a picture' },
];
