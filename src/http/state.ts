import type { Middleware, ParameterizedContext } from 'koa';
import type { Grammar } from '../badges/kind.ts';
import type { Verdict } from '../errors.ts';
import type { Picture } from '../imaging/spec.ts';
import type { Parameters } from './parameters.ts';
import type { AnswerFormat } from './paths.ts';

/** One way from the URL to the answer: which tier gave the facts or the picture, and how many milliseconds it took. */
export interface Step {
  readonly name: 'facts' | 'picture';
  readonly tier: string;
  readonly tookMs: number;
}

/** An answer with all that is sent of it, but for what belongs to one request, or is the HTTP server's own. */
export interface WholeAnswer {
  readonly status: number;
  /** Those of the body are not among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Picture;
}

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
  /** The project's normalized name, for the tags that a purge finds the answer by. */
  project: string | undefined;
  verdict: Verdict;
  steps: Step[];
  /** Counts something costly for the client, as `Limits.charge` does. */
  charge: (cost?: number) => number;
  /** The failure behind an error badge, for the log. */
  error: unknown;
  /** The badge that was sent, without the headers of this one request. */
  sent: WholeAnswer | undefined;
}

export type BadgeContext = ParameterizedContext<BadgeState>;
export type BadgeMiddleware = Middleware<BadgeState>;

/** Which tiers answered, for `X-Cache` and the log. */
export function tiersOf(steps: readonly Step[]): string {
  return steps.map(({ name, tier }) => `${name}=${tier}`).join(', ');
}
