import { z } from 'zod';
import type { Answer } from './exchange.ts';
import { ruleSchema, type Rules } from './faults/rules.ts';
import type { ProjectIndex } from './pypi/project-index.ts';

const publicationSchema = z.strictObject({
  project: z.string().min(1).max(200),
  version: z.string().min(1).max(300).optional(),
});

interface Controlled {
  readonly rules: Rules;
  readonly projects: Pick<ProjectIndex, 'publish'>;
}

/**
 * Returns what answers the control routes, each a POST: `/-/publish?project=…&version=…`,
 * `/-/misbehave?mode=slow&api=pypi&project=…&latencyMs=…` and `/-/behave`. A query that does not fit is a 400; a route or a
 * project that does not exist is a 404.
 */
export function createControl({ rules, projects }: Controlled): (url: URL) => Answer {
  const actions: Readonly<Record<string, (query: unknown) => object>> = {
    '/-/publish': (query) => {
      const { project, version } = publicationSchema.parse(query);
      return { published: projects.publish(project, version) };
    },
    '/-/misbehave': (query) => {
      const rule = ruleSchema.parse(query);
      rules.misbehave(rule);
      return { misbehaving: rule };
    },
    '/-/behave': () => {
      rules.behave();
      return { misbehaving: null };
    },
  };
  return (url) => {
    const run = actions[url.pathname];
    if (!run) return json(404, { message: 'no such control route' });
    try {
      return json(200, run(Object.fromEntries(url.searchParams)));
    } catch (error) {
      if (error instanceof z.ZodError) return json(400, { message: z.prettifyError(error) });
      return json(404, { message: error instanceof Error ? error.message : String(error) });
    }
  };
}

function json(status: number, value: unknown): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: `${JSON.stringify(value)}\n` };
}
