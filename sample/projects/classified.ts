import { BETA, frameworks, implementations, pythons, STABLE, TYPED } from './classifiers.ts';
import type { SampleProject } from './project.ts';

const STATUSES = [
  '1 - Planning',
  '2 - Pre-Alpha',
  '3 - Alpha',
  '4 - Beta',
  '5 - Production/Stable',
  '6 - Mature',
  '7 - Inactive',
] as const;

/** What badges read from classifiers. */
export const classifiedProjects: readonly SampleProject[] = [
  {
    name: 'sample-pythons',
    shows: '3.9 and 3.10, which sort as numbers; a major beside its minors; two implementations',
    classifiers: [
      ...pythons('3.10', '3.9', '3', '3 :: Only', '3.13', '3.11', '2.7'),
      ...implementations('PyPy', 'CPython'),
    ],
    releases: ['1.0'],
  },
  {
    name: 'sample-python-majors',
    shows: 'major versions of Python only',
    classifiers: pythons('2', '3'),
    releases: ['1.0'],
  },
  {
    name: 'sample-python-only',
    shows: 'nothing but Python 3 :: Only',
    classifiers: ['Programming Language :: Python', ...pythons('3 :: Only')],
    releases: ['1.0'],
  },
  {
    name: 'sample-python-requires',
    shows: 'no version of Python in the classifiers, but requires_python',
    requiresPython: '!=3.0.*,!=3.1.*,>=2.7',
    releases: ['1.0'],
  },
  { name: 'sample-python-none', shows: 'nothing about Python at all', releases: ['1.0'] },
  ...STATUSES.map((status) => ({
    name: `sample-status-${status[0]}`,
    shows: `Development Status ${status}`,
    classifiers: [`Development Status :: ${status}`],
    releases: ['1.0'],
  })),
  {
    name: 'sample-statuses',
    shows: 'several Development Statuses: the highest counts',
    classifiers: [STABLE, BETA],
    releases: ['1.0'],
  },
  { name: 'sample-typed', shows: 'types inside', classifiers: [TYPED], releases: ['1.0'] },
  {
    name: 'sample-stubs',
    shows: 'types for something else',
    classifiers: ['Typing :: Stubs Only'],
    releases: ['1.0'],
  },
  {
    name: 'sample-frameworks',
    shows: 'versions of every framework that has a badge, in no order',
    classifiers: [
      ...frameworks('AWS CDK', '2', '1'),
      ...frameworks('Django', '5.2', '4.2', '10.0'),
      ...frameworks('Django CMS', '4.1', '3.11', '3.9'),
      ...frameworks('Jupyter :: JupyterLab', '4', '3'),
      ...frameworks('Odoo', '17.0', '16.0'),
      ...frameworks('Plone', '6.0', '5.2'),
      ...frameworks('Wagtail', '7', '6'),
      ...frameworks('Zope', '5', '4'),
    ],
    releases: ['1.0'],
  },
];
