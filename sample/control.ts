import { z } from 'zod';
import type { Answer } from './exchange.ts';
import { MODES, type Rules } from './misbehaviour.ts';
import type { ProjectIndex } from './project-index.ts';
import { APIS } from './question.ts';

const MAX_LATENCY_MS = 600_000;

const ruleSchema = z.strictObject({
  mode: z.enum(MODES),
  api: z.enum(APIS).optional(),
  project: z.string().min(1).max(200).optional(),
  latencyMs: z.coerce.number().int().min(0).max(MAX_LATENCY_MS).optional(),
  location: z.url().optional(),
});
const publicationSchema = z.strictObject({
  project: z.string().min(1).max(200),
  version: z.string().min(1).max(300).optional(),
});

/**
 * The switches: `POST /-/misbehave?mode=slow&api=pypi&project=…&latencyMs=…`, `POST /-/behave` and
 * `POST /-/publish?project=…&version=…`. A switch that does not exist is a 404, one that does not fit a 400.
 */
export function turnSwitch(url: URL, rules: Rules, projects: ProjectIndex): Answer {
  const given = Object.fromEntries(url.searchParams);
  switch (url.pathname) {
    case '/-/misbehave': {
      const { data, error } = ruleSchema.safeParse(given);
      if (!data) return json(400, { message: z.prettifyError(error) });
      rules.misbehave(data);
      return json(200, { misbehaving: data });
    }
    case '/-/behave':
      rules.behave();
      return json(200, { misbehaving: null });
    case '/-/publish': {
      const { data, error } = publicationSchema.safeParse(given);
      if (!data) return json(400, { message: z.prettifyError(error) });
      return publish(projects, data.project, data.version);
    }
    default:
      return json(404, { message: 'no such switch' });
  }
}

function publish(projects: ProjectIndex, name: string, version: string | undefined): Answer {
  try {
    return json(200, { published: projects.publish(name, version) });
  } catch (error) {
    return json(404, { message: error instanceof Error ? error.message : 'not published' });
  }
}

function json(status: number, value: unknown): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: `${JSON.stringify(value)}\n` };
}
