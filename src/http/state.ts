import type { Middleware, ParameterizedContext } from 'koa';
import type { Grammar } from '../badges/kind.ts';
import type { Verdict } from '../errors.ts';
import type { Picture } from '../imaging/spec.ts';
import type { Trace } from '../trace.ts';
import type { Parameters } from './urls/parameters.ts';
import type { AnswerFormat } from './urls/paths.ts';

/** One step towards the response: the tier that provided the facts or the picture, and the milliseconds it took. */
export interface Step {
  readonly name: 'facts' | 'picture';
  readonly tier: string;
  readonly tookMs: number;
}

/** A response without the headers of one request and those of the HTTP server. */
export interface SentResponse {
  readonly status: number;
  /** Without `Content-Type` and `Content-Length`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Picture;
}

/** State of one request: what its URL says, and how it was answered. */
export interface BadgeState {
  requestId: string;
  trace: Trace | undefined;
  startedAtMs: number;
  parameters: Parameters;
  format: AnswerFormat;
  grammar: Grammar;
  /** The kind's id once the route is known; also a label in metrics. */
  kindId: string;
  /** The kind's own label, for error badges. */
  label: string;
  /** The project's normalized name; a purge finds the response by it. */
  project: string | undefined;
  /** URL of the project's index; undefined: PyPI. */
  index: string | undefined;
  verdict: Verdict;
  steps: Step[];
  /** `RateLimit.charge` for this request's client. */
  charge: (cost?: number) => number;
  /** The failure behind an error badge, for the log. */
  error: unknown;
  /** The badge that was sent. */
  sent: SentResponse | undefined;
}

export type BadgeContext = ParameterizedContext<BadgeState>;
export type BadgeMiddleware = Middleware<BadgeState>;

/** The tiers of the steps, for `X-Cache` and the access log. */
export function tiersOf(steps: readonly Step[]): string {
  return steps.map(({ name, tier }) => `${name}=${tier}`).join(', ');
}
