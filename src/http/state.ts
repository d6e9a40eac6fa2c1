import type { Middleware, ParameterizedContext } from 'koa';
import type { Grammar } from '../badges/kind.ts';
import type { Verdict } from '../errors.ts';
import type { Parameters } from './parameters.ts';
import type { AnswerFormat } from './paths.ts';

/** What is known of a request from its URL alone, and what became of it. */
export interface BadgeState {
  requestId: string;
  startedAtMs: number;
  parameters: Parameters;
  format: AnswerFormat;
  grammar: Grammar;
  /** The kind's id once the route is known; a label in metrics. */
  kindId: string;
  /** The kind's own label, for the badge of a failure. */
  label: string;
  /** The project's normalised name, for the tags that a purge finds the answer by. */
  project: string | undefined;
  verdict: Verdict;
  /** Which tier gave the facts and the picture, and how many milliseconds it took. */
  steps: { name: 'facts' | 'picture'; tier: string; tookMs: number }[];
  /** The failure behind an error badge, for the log. */
  error: unknown;
}

export type BadgeContext = ParameterizedContext<BadgeState>;
export type BadgeMiddleware = Middleware<BadgeState>;
