import type { SampleProject } from './project.ts';

/**
 * That many projects with one release each: `followed-0001`, `followed-0002` … They cost little: a page is made when it is
 * asked for.
 */
export function projectsNamed(count: number, prefix = 'followed'): SampleProject[] {
  return Array.from({ length: count }, (_, position) => ({
    name: `${prefix}-${String(position + 1).padStart(4, '0')}`,
    shows: 'one of many',
    releases: ['1.0'],
  }));
}
