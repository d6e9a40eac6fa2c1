import { classifiedProjects } from './classified.ts';
import { downloadProjects, fileProjects } from './files-and-downloads.ts';
import { hostileProjects } from './hostile.ts';
import { licenseProjects } from './licenses.ts';
import { nameProjects, versionProjects } from './versions-and-names.ts';
import { wellKnownProjects } from './well-known.ts';
import type { SampleProject } from './project.ts';

/**
 * The sample index: invented projects, each for an edge case of what badges say (`shows` names it), and a few
 * well-known names. No record of the real index stands here.
 */
export const sampleProjects: readonly SampleProject[] = [
  ...wellKnownProjects,
  ...versionProjects,
  ...nameProjects,
  ...licenseProjects,
  ...classifiedProjects,
  ...fileProjects,
  ...downloadProjects,
  ...hostileProjects,
];
