import { classifiedProjects } from './classified.ts';
import { downloadProjects, fileProjects } from './files-and-downloads.ts';
import { hostileProjects } from './hostile.ts';
import { licenseProjects } from './licenses.ts';
import type { SampleProject } from './project.ts';
import { simpleApiProjects } from './simple-api.ts';
import { nameProjects, versionProjects } from './versions-and-names.ts';
import { wellKnownProjects } from './well-known.ts';

/** The sample index: a few well-known names, and invented projects, each for one edge case. Nothing is copied from PyPI. */
export const sampleProjects: readonly SampleProject[] = [
  ...wellKnownProjects,
  ...versionProjects,
  ...nameProjects,
  ...licenseProjects,
  ...classifiedProjects,
  ...fileProjects,
  ...simpleApiProjects,
  ...downloadProjects,
  ...hostileProjects,
];

/** Returns that many projects with one release each: `followed-0001`, `followed-0002` … */
export function projectsNamed(count: number): SampleProject[] {
  return Array.from({ length: count }, (_, position) => ({
    name: `followed-${String(position + 1).padStart(4, '0')}`,
    shows: 'one of many',
  }));
}
