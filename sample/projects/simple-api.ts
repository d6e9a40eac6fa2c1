import { STABLE } from './classifiers.ts';
import type { SampleProject } from './project.ts';

/** What badges read from the Simple API. */
export const simpleApiProjects: readonly SampleProject[] = [
  {
    name: 'sample-archived',
    shows: 'archived by its owner, and stable by its classifier',
    info: { classifiers: [STABLE] },
    status: 'archived',
  },
  { name: 'sample-deprecated', shows: 'deprecated in favor of another', status: 'deprecated' },
  {
    name: 'sample-quarantined',
    shows: 'in quarantine: only the Simple API knows it',
    status: 'quarantined',
  },
  {
    name: 'sample-next-release',
    shows: 'pre-releases of the next version, the newest of them yanked',
    releases: ['1.0', '2.0b1', '2.0rc1', { version: '2.0rc2', yanked: 'broken' }],
  },
  {
    name: 'sample-attested',
    shows: 'attestations of every file, but not of an older release',
    releases: ['1.0', { version: '1.1', attested: ['wheel', 'sdist'] }],
  },
  {
    name: 'sample-partly-attested',
    shows: 'attestations of one file of two',
    attested: ['wheel'],
  },
];
