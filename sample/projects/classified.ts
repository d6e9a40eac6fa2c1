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

/** What badges read from classifiers, and from `requires_python` in place of them. */
export const classifiedProjects: readonly SampleProject[] = [
  {
    name: 'sample-pythons',
    shows:
      '3.9 and 3.10, which sort as numbers; a major version and its minors; two implementations',
    info: {
      classifiers: [
        ...pythons('3.10', '3.9', '3', '3 :: Only', '3.13', '3.11', '2.7'),
        ...implementations('PyPy', 'CPython'),
      ],
    },
  },
  {
    name: 'sample-python-majors',
    shows: 'major versions of Python only',
    info: { classifiers: pythons('2', '3') },
  },
  {
    name: 'sample-python-only',
    shows: 'nothing but Python 3 :: Only',
    info: { classifiers: ['Programming Language :: Python', ...pythons('3 :: Only')] },
  },
  {
    name: 'sample-python-requires',
    shows: 'no version of Python in the classifiers, but requires_python',
    info: { requires_python: '!=3.0.*,!=3.1.*,>=2.7' },
  },
  { name: 'sample-python-none', shows: 'nothing about Python at all' },
  ...STATUSES.map((status) => ({
    name: `sample-status-${status[0]}`,
    shows: `Development Status ${status}`,
    info: { classifiers: [`Development Status :: ${status}`] },
  })),
  {
    name: 'sample-statuses',
    shows: 'several Development Statuses: the highest counts',
    info: { classifiers: [STABLE, BETA] },
  },
  { name: 'sample-typed', shows: 'types in the package', info: { classifiers: [TYPED] } },
  {
    name: 'sample-stubs',
    shows: 'types for another package',
    info: { classifiers: ['Typing :: Stubs Only'] },
  },
  {
    name: 'sample-frameworks',
    shows: 'versions of every framework that has a badge, in no order',
    info: {
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
    },
  },
];
