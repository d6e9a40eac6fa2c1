import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { normalize } from '../projects/project.ts';
import { APIS, type Api } from '../routes.ts';

export const MODES = [
  /** The regular answer, `latencyMs` late. */
  'slow',
  /** No answer. */
  'hang',
  /** The connection is reset. */
  'reset',
  /** 429 at once. */
  '429',
  /**
   * The rate limits: pypistats.org's 5 a second and 30 a minute for an address, then 429; PyPI's limit of XML-RPC as if it
   * were used up, which is a fault and not a 429.
   */
  'limited',
  /** The CDN's error page, or pypistats.org's text. */
  '503',
  /** 200 with an error page. */
  'html',
  /** 200 with the right type, but neither JSON nor XML. */
  'garbage',
  /** Half of the body that Content-Length announces. */
  'truncated',
  /** A body without end. */
  'endless',
  /** A body of 2 GB, announced. */
  'huge',
  /** An outdated answer: another version under a lower serial; the feed or the changelog without its newest row. */
  'wrong-serial',
  /** The regular answer with null for every value. */
  'nulls',
  /** A redirect to the same URL. */
  'redirect-loop',
  /** A redirect to the host of `location`. */
  'redirect-away',
] as const;
export type Mode = (typeof MODES)[number];

/** How the stand-in misbehaves, and for which requests. */
export const ruleSchema = z.strictObject({
  mode: z.enum(MODES),
  /** Default: all. */
  api: z.enum(APIS).optional(),
  /** In any spelling. Default: all, and requests that are about none. */
  project: z.string().min(1).max(200).optional(),
  /** Of `slow`. Default: 10 s. */
  latencyMs: z.coerce.number().int().min(0).max(600_000).optional(),
  /** Of `limited`: when the limit of XML-RPC claims to reset. Default: half an hour. */
  resetSeconds: z.coerce.number().int().min(0).max(3600).optional(),
  /** Of `redirect-away`: an origin. */
  location: z.url().optional(),
});
export type Rule = Readonly<z.infer<typeof ruleSchema>>;

export interface Rules {
  /** Adds a rule; it replaces one for the same API and project. */
  readonly misbehave: (rule: Rule) => void;
  /** Drops all rules. */
  readonly behave: () => void;
  /** Returns the rule for a request: one for its project before one for its API, and this before one for all. */
  readonly find: (route: { readonly api: Api; readonly project?: string }) => Rule | undefined;
}

/** Returns an empty set of rules, which keeps the last hundred. */
export function createRules(): Rules {
  const rules = new LRUCache<string, Rule>({ max: 100 });
  return {
    misbehave: (rule) => void rules.set(keyOf(rule.api, rule.project), rule),
    behave: () => rules.clear(),
    find: ({ api, project }) =>
      rules.get(keyOf(api, project)) ??
      rules.get(keyOf(undefined, project)) ??
      rules.get(keyOf(api)) ??
      rules.get(keyOf()),
  };
}

function keyOf(api = '*', project = '*'): string {
  return `${api}/${normalize(project)}`;
}
