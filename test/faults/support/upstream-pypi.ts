import type { SampleProject } from '../../../sample/projects/project.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';

const MAX_LOGGED_REQUESTS = 50_000;
/** Of the back-off after a failure, shortened by a tenth at the most. */
const FIRST_PAUSE_MS = 4_500;
const LONGEST_PAUSE_MS = 54_000;

/** The version of every project here. */
export const VERSION = '1.2.3';

/** Starts a stand-in with these projects, which remembers every question. The caller closes it. */
export async function startPypi(
  names: readonly string[],
  others: readonly SampleProject[] = [],
): Promise<StandIn> {
  const plain = names.map((name) => ({ name, shows: 'a fault', releases: ['1.0.0', VERSION] }));
  const projects = [...plain, ...others];
  const standIn = createStandIn({ projects, maxLoggedRequests: MAX_LOGGED_REQUESTS });
  await standIn.listen();
  return standIn;
}

/** How often PyPI was asked about the project; about all of them where none is named. */
export function questionsTo(standIn: StandIn, project?: string): number {
  return standIn.requests.filter(({ path }) =>
    project === undefined ? path.startsWith('/pypi/') : path === `/pypi/${project}/json`,
  ).length;
}

/** How often an upstream that fails may be asked about one project in that time, by one process. */
export function mostQuestions(elapsedMs: number): number {
  let questions = 1;
  let pauseMs = FIRST_PAUSE_MS;
  for (let atMs = pauseMs; atMs <= elapsedMs; atMs += pauseMs) {
    questions += 1;
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
  return questions;
}
