import { hash } from 'node:crypto';
import type { Store } from '../../../cache/store/contract.ts';
import type { FollowerStatus } from '../../follow/state/status.ts';
import type { FollowerWatch } from '../../follow/state/watch.ts';
import { LAG_BOUNDS_SECONDS } from '../../metrics.ts';
import type { Sources } from '../../facts/sources.ts';
import { CONTENT_TYPES, headersOfPage } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { statusPage } from './status-page.ts';
import { writeFor } from '../write.ts';

const KEPT_SECONDS = 5;

/** How the service does, for anybody who asks: no addresses, no names of projects. Ages in seconds, null where nobody knows. */
export interface StatusReport {
  readonly version: string;
  /** Releases are being followed right now, so that the edge keeps facts for a day. */
  readonly following: boolean;
  /** What the follower said last, though it may be long gone; null: there never was one. */
  readonly follower: FollowerReport | null;
  /** The process of the API that was asked. */
  readonly node: NodeReport;
}

/** Counts are since the follower took the lead. */
export interface FollowerReport extends Omit<
  FollowerStatus,
  'beat' | 'leadingSinceMs' | 'pollAgeMs' | 'lags' | 'nodesBehind'
> {
  /** ISO 8601, UTC, by the follower's clock. */
  readonly leadingSince: string;
  readonly heardAgeSeconds: number | null;
  readonly pollAgeSeconds: number | null;
  /** From a release's publication to its purge: how many came within so many seconds and no fewer; null for any longer. */
  readonly lags: readonly { readonly withinSeconds: number | null; readonly count: number }[];
  readonly nodesBehind: number;
}

/** `left alone`: it failed repeatedly, and is asked again in a moment. */
type Health = 'ok' | 'left alone';

export interface NodeReport {
  readonly upstreams: { readonly pypi: Health; readonly pypistats: Health };
  readonly store: { readonly tier: string; readonly healthy: boolean };
  /** Requests to pypistats.org left in this quarter of a minute. */
  readonly pypistatsBudgetLeft: number;
}

export interface StatusOptions {
  readonly version: string;
  readonly follower: Pick<FollowerWatch, 'isFollowing' | 'last'>;
  readonly sources: Pick<Sources, 'leftAlone' | 'budgetsLeft'>;
  readonly store: Pick<Store, 'tier' | 'healthy'>;
}

/** Answers `/status` with a page, `/status.json` with the same for machines. */
export type SendStatus = (ctx: BadgeContext) => void;

export function createSendStatus(options: StatusOptions): SendStatus {
  return (ctx) => {
    const report = reportOf(options);
    const isJson = ctx.state.format === 'json';
    const body = isJson ? `${JSON.stringify(report)}\n` : statusPage(report);
    ctx.state.kindId = 'service';
    const kept = { seconds: KEPT_SECONDS, etag: hash('sha256', body) };
    writeFor(ctx, {
      status: 200,
      headers: headersOfPage({ verdict: 'ok', kept }),
      contentType: isJson ? CONTENT_TYPES.json : 'text/html; charset=utf-8',
      body,
    });
  };
}

function reportOf({ version, follower, sources, store }: StatusOptions): StatusReport {
  const last = follower.last();
  const { pypi, pypistats } = sources.leftAlone();
  return {
    version,
    following: follower.isFollowing(),
    follower: last === undefined ? null : followerReport(last.status, last.ageMs),
    node: {
      upstreams: { pypi: healthOf(pypi), pypistats: healthOf(pypistats) },
      store: { tier: store.tier, healthy: store.healthy },
      pypistatsBudgetLeft: sources.budgetsLeft().pypistats,
    },
  };
}

function healthOf(isLeftAlone: boolean): Health {
  return isLeftAlone ? 'left alone' : 'ok';
}

function followerReport(status: FollowerStatus, ageMs: number): FollowerReport {
  const { beat: _, leadingSinceMs, pollAgeMs, lags, nodesBehind, ...others } = status;
  return {
    ...others,
    leadingSince: new Date(leadingSinceMs).toISOString(),
    heardAgeSeconds: secondsOf(ageMs),
    pollAgeSeconds: secondsOf(pollAgeMs === null ? Infinity : pollAgeMs + ageMs),
    lags: lags.map((count, i) => ({ withinSeconds: LAG_BOUNDS_SECONDS[i] ?? null, count })),
    nodesBehind: nodesBehind.length,
  };
}

/** To a tenth. */
function secondsOf(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(ms / 100) / 10 : null;
}
