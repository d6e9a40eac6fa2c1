import { normalize } from '../projects/project.ts';
import type { Api } from '../routes.ts';

export const MODES = [
  /** The honest answer, `latencyMs` late. */
  'slow',
  /** No answer ever. */
  'hang',
  /** The connection is reset. */
  'reset',
  /** 429 at once. */
  '429',
  /**
   * The services' own limits: pypistats.org's 5 a second and 30 a minute from an address, then 429; those of PyPI's XML-RPC
   * as if they were used up, which is a fault and not a 429.
   */
  'limited',
  /** The CDN's page for people, or pypistats.org's text. */
  '503',
  /** 200 with a page for people. */
  'html',
  /** 200 and the right type, but neither JSON nor XML. */
  'garbage',
  /** Half of the body that Content-Length announces. */
  'truncated',
  /** A body without end. */
  'endless',
  /** A body of 2 GB, announced. */
  'huge',
  /** PyPI's answer of a while ago: another version, a lower serial; the feed or the changelog without what is newest. */
  'wrong-serial',
  /** The honest answer with null for every value. */
  'nulls',
  /** A redirect to the same URL. */
  'redirect-loop',
  /** A redirect to another host: `location`. */
  'redirect-away',
] as const;
export type Mode = (typeof MODES)[number];

/** How the stand-in misbehaves, and towards which questions. */
export interface Rule {
  readonly mode: Mode;
  /** Left out: all. */
  readonly api?: Api | undefined;
  /** In any spelling; left out: all projects, and what is asked about none. */
  readonly project?: string | undefined;
  /** Of `slow`; 10 000 by default. */
  readonly latencyMs?: number | undefined;
  /** Of `limited` at XML-RPC: when the limit is said to reset; 1800 by default. */
  readonly resetSeconds?: number | undefined;
  /** The origin that `redirect-away` sends to. */
  readonly location?: string | undefined;
}

export interface Rules {
  /** Misbehaves from now on; a rule for the same API and project gives way. The oldest rule goes when there are too many. */
  readonly misbehave: (rule: Rule) => void;
  /** Ends all misbehavior. */
  readonly behave: () => void;
  /** The rule for a question: one for its project, where it has one, before one for its API. */
  readonly find: (api: Api, project?: string) => Rule | undefined;
}

const MAX_RULES = 100;

/** No rules at first: the stand-in behaves. */
export function createRules(): Rules {
  const rules = new Map<string, Rule>();
  return {
    misbehave(rule) {
      const key = keyOf(rule.api, rule.project);
      rules.delete(key);
      const [oldest] = rules.keys();
      if (rules.size >= MAX_RULES && oldest !== undefined) rules.delete(oldest);
      rules.set(key, rule);
    },
    behave: () => rules.clear(),
    find: (api, project) =>
      rules.get(keyOf(api, project)) ??
      rules.get(keyOf(undefined, project)) ??
      rules.get(keyOf(api)) ??
      rules.get(keyOf()),
  };
}

function keyOf(api = '*', project = '*'): string {
  return `${api}/${normalize(project)}`;
}
