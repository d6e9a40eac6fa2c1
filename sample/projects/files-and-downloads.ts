import type { SampleProject } from './project.ts';

/** What files a release has. */
export const fileProjects: readonly SampleProject[] = [
  { name: 'sample-wheel-only', shows: 'a wheel only', files: ['wheel'], releases: ['1.0'] },
  { name: 'sample-sdist-only', shows: 'an sdist only', files: ['sdist'], releases: ['1.0'] },
  { name: 'sample-egg', shows: 'an egg and an sdist', files: ['egg', 'sdist'], releases: ['1.0'] },
  { name: 'sample-no-files', shows: 'a release without files', files: [], releases: ['1.0'] },
];

/** What pypistats.org says. */
export const downloadProjects: readonly SampleProject[] = [
  {
    name: 'sample-uncounted',
    shows: 'known to PyPI and unknown to pypistats.org',
    downloads: null,
    releases: ['1.0'],
  },
  {
    name: 'sample-no-downloads',
    shows: 'no downloads',
    downloads: { day: 0, week: 0, month: 0 },
    releases: ['1.0'],
  },
  {
    name: 'sample-few-downloads',
    shows: 'a few downloads: each period has a color of its own',
    downloads: { day: 9, week: 99, month: 999 },
    releases: ['1.0'],
  },
  {
    name: 'sample-nearly-a-million',
    shows: '999 950 downloads a month, which is 1M and never 1000k',
    downloads: { day: 1_000, week: 999_499, month: 999_950 },
    releases: ['1.0'],
  },
  {
    name: 'sample-billions',
    shows: 'more downloads than 32 bits hold',
    downloads: { day: 999_999_999, week: 2_999_999_999, month: 12_345_678_901 },
    releases: ['1.0'],
  },
];
