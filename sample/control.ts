import { z } from 'zod';
import type { Edge } from './faults/cdn.ts';
import type { Answer } from './exchange.ts';
import type { Journal } from './pypi/journal.ts';
import { MODES, type Rules } from './faults/rules.ts';
import type { ProjectIndex } from './pypi/project-index.ts';
import { APIS } from './routes.ts';

const MAX_MS = 600_000;
const MAX_SERIALS = 1_000_000_000;

const milliseconds = z.coerce.number().int().min(0).max(MAX_MS).optional();
const project = z.string().min(1).max(200);
const version = z.string().min(1).max(300);

const ruleSchema = z
  .strictObject({
    mode: z.enum(MODES),
    api: z.enum(APIS).optional(),
    project: project.optional(),
    latencyMs: milliseconds,
    resetSeconds: z.coerce.number().int().min(0).max(3600).optional(),
    location: z.url().optional(),
  })
  .refine((rule) => rule.project === undefined || !['rss', 'xmlrpc'].includes(rule.api ?? ''), {
    error: 'rss and xmlrpc are asked about no project',
  });
const lagSchema = z.strictObject({
  pageMs: milliseconds,
  feedMs: milliseconds,
  absentMs: milliseconds,
});
const projectSchema = z.strictObject({ project });
const publicationSchema = projectSchema.extend({ version: version.optional() });
const releaseSchema = projectSchema.extend({ version });
const quarantineSchema = projectSchema.extend({ on: z.stringbool().default(true) });
const rewindSchema = z.strictObject({ serials: z.coerce.number().int().min(1).max(MAX_SERIALS) });

/** What the switches turn. */
export interface Switched {
  readonly rules: Rules;
  readonly projects: ProjectIndex;
  readonly edge: Pick<Edge, 'lag'>;
  readonly journal: Journal;
}

/** Turns a switch with what the URL's query gives, and tells what has come of it. Throws where it does not. */
type Turn = (given: unknown) => Readonly<Record<string, unknown>>;

/**
 * The switches, each a POST: `/-/misbehave?mode=slow&api=pypi&project=…&latencyMs=…` and `/-/behave`;
 * `/-/lag?pageMs=…&feedMs=…&absentMs=…`; `/-/publish?project=…&version=…`, and `/-/yank` and `/-/unyank` with the same;
 * `/-/remove?project=…`; `/-/quarantine?project=…&on=…`; `/-/rewind?serials=…`. A switch, a project or a release that does
 * not exist is a 404, a query that does not fit a 400.
 */
export function createSwitches(switched: Switched): (url: URL) => Answer {
  const turns = new Map<string, Turn>([...conditions(switched), ...changes(switched)]);
  return (url) => {
    const turn = turns.get(url.pathname);
    if (!turn) return json(404, { message: 'no such switch' });
    try {
      return json(200, turn(Object.fromEntries(url.searchParams)));
    } catch (error) {
      if (error instanceof z.ZodError) return json(400, { message: z.prettifyError(error) });
      return json(404, { message: error instanceof Error ? error.message : 'not done' });
    }
  };
}

function conditions({ rules, edge }: Switched): [path: string, Turn][] {
  return [
    [
      '/-/misbehave',
      (given) => {
        const rule = ruleSchema.parse(given);
        rules.misbehave(rule);
        return { misbehaving: rule };
      },
    ],
    [
      '/-/behave',
      () => {
        rules.behave();
        return { misbehaving: null };
      },
    ],
    [
      '/-/lag',
      (given) => {
        const lag = lagSchema.parse(given);
        edge.lag(lag);
        return { lagging: lag };
      },
    ],
  ];
}

function changes({ projects, journal }: Switched): [path: string, Turn][] {
  return [
    [
      '/-/publish',
      (given) => {
        const { project: name, version: release } = publicationSchema.parse(given);
        return { published: projects.publish(name, release) };
      },
    ],
    [
      '/-/yank',
      (given) => {
        const release = releaseSchema.parse(given);
        return { yanked: projects.yank(release.project, release.version) };
      },
    ],
    [
      '/-/unyank',
      (given) => {
        const release = releaseSchema.parse(given);
        return { unyanked: projects.unyank(release.project, release.version) };
      },
    ],
    [
      '/-/remove',
      (given) => {
        const { project: name } = projectSchema.parse(given);
        if (!projects.remove(name)) throw new Error(`${name} is not there`);
        return { removed: name };
      },
    ],
    [
      '/-/quarantine',
      (given) => {
        const { project: name, on } = quarantineSchema.parse(given);
        projects.quarantine(name, on);
        return { quarantined: on };
      },
    ],
    [
      '/-/rewind',
      (given) => {
        journal.rewind(rewindSchema.parse(given).serials);
        return { lastSerial: journal.lastSerial };
      },
    ],
  ];
}

function json(status: number, value: unknown): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: `${JSON.stringify(value)}\n` };
}
