import type { SampleProject } from './project.ts';

/** The files of a release. */
export const fileProjects: readonly SampleProject[] = [
  { name: 'sample-wheel-only', shows: 'a wheel only', files: ['wheel'] },
  { name: 'sample-sdist-only', shows: 'an sdist only', files: ['sdist'] },
  { name: 'sample-egg', shows: 'an egg and an sdist', files: ['egg', 'sdist'] },
  {
    name: 'sample-many-wheels',
    shows: 'a wheel for every machine, and a larger one for some',
    files: ['wheel', 'binary-wheel', 'sdist'],
  },
  { name: 'sample-no-files', shows: 'a release without files', files: [] },
];

/** Download counts of pypistats.org. */
export const downloadProjects: readonly SampleProject[] = [
  { name: 'sample-uncounted', shows: 'unknown to pypistats.org', downloads: null },
  {
    name: 'sample-no-downloads',
    shows: 'no downloads',
    downloads: { day: 0, week: 0, month: 0 },
  },
  {
    name: 'sample-few-downloads',
    shows: 'a few downloads: each period has a color of its own',
    downloads: { day: 9, week: 99, month: 999 },
  },
  {
    name: 'sample-nearly-a-million',
    shows: '999 950 downloads a month, which is 1M and not 1000k',
    downloads: { day: 1_000, week: 999_499, month: 999_950 },
  },
  {
    name: 'sample-billions',
    shows: 'download counts of more than 32 bits',
    downloads: { day: 999_999_999, week: 2_999_999_999, month: 12_345_678_901 },
  },
];
