import type { Store } from '../../../cache/store/contract.ts';
import type { LoadReport } from '../../downloads/report.ts';
import type { FollowerStatus } from '../../follow/state/status.ts';
import type { FollowerWatch } from '../../follow/state/watch.ts';
import { LAG_BOUNDS_SECONDS } from '../../metrics.ts';
import type { Sources } from '../../facts/sources.ts';

/** Public status of the service: contains no addresses and no names of projects. Unknown ages are null. */
export interface StatusReport {
  readonly version: string;
  /** A follower is running and up to date, so the edge keeps facts for a day. */
  readonly following: boolean;
  /** The follower's last report, which may be old; null if there is none. */
  readonly follower: FollowerReport | null;
  /** The daily load of download counts; left out where counts come from pypistats.org. */
  readonly downloads?: PublicLoadReport;
  /** The API process that answers. */
  readonly node: NodeReport;
}

/** The follower's report; its counts start when it became the leader. */
export interface FollowerReport extends Omit<
  FollowerStatus,
  'polls' | 'leadingSinceMs' | 'pollAgeMs' | 'lags' | 'nodesBehind'
> {
  /** ISO 8601, UTC, by the follower's clock. */
  readonly leadingSince: string;
  readonly heardAgeSeconds: number | null;
  readonly pollAgeSeconds: number | null;
  /** Histogram of the time from publication to purge; `withinSeconds` is null for the last bucket. */
  readonly lags: readonly { readonly withinSeconds: number | null; readonly count: number }[];
  readonly nodesBehind: number;
}

/** Without the words of a failure, which may name servers. */
export type PublicLoadReport = Omit<LoadReport, 'problem'> & { readonly hasFailed: boolean };

/** `left alone`: the upstream failed repeatedly, and its circuit breaker is open. */
type Health = 'ok' | 'left alone';

export interface NodeReport {
  readonly upstreams: { readonly pypi: Health; readonly pypistats: Health };
  readonly store: { readonly tier: string; readonly healthy: boolean };
  /** Requests to pypistats.org left in the current 15 seconds. */
  readonly pypistatsBudgetLeft: number;
}

export interface StatusOptions {
  readonly version: string;
  readonly follower: Pick<FollowerWatch, 'isFollowing' | 'last'>;
  readonly sources: Pick<Sources, 'leftAlone' | 'budgetsLeft'>;
  readonly store: Pick<Store, 'tier' | 'healthy'>;
  /** Undefined: counts come from pypistats.org. */
  readonly reportLoad?: (() => Promise<LoadReport>) | undefined;
}

type LastStatus = NonNullable<ReturnType<FollowerWatch['last']>>;

/** Returns the service's status. */
export function createStatus(options: StatusOptions): () => Promise<StatusReport> {
  return async () => reportOf(options, await options.reportLoad?.());
}

function reportOf(
  { version, follower, sources, store }: StatusOptions,
  downloads: LoadReport | undefined,
): StatusReport {
  const last = follower.last();
  const { pypi, pypistats } = sources.leftAlone();
  return {
    version,
    following: follower.isFollowing(),
    follower: last === undefined ? null : followerReport(last),
    ...(downloads && { downloads: publicReport(downloads) }),
    node: {
      upstreams: { pypi: healthOf(pypi), pypistats: healthOf(pypistats) },
      store: { tier: store.tier, healthy: store.healthy },
      pypistatsBudgetLeft: sources.budgetsLeft().pypistats,
    },
  };
}

function publicReport({ problem, ...report }: LoadReport): PublicLoadReport {
  return { ...report, hasFailed: problem !== null };
}

function healthOf(isLeftAlone: boolean): Health {
  return isLeftAlone ? 'left alone' : 'ok';
}

function followerReport({ status, ageMs, silentMs }: LastStatus): FollowerReport {
  const { polls: _, leadingSinceMs, pollAgeMs, lags, nodesBehind, ...others } = status;
  return {
    ...others,
    leadingSince: new Date(leadingSinceMs).toISOString(),
    heardAgeSeconds: secondsOf(silentMs),
    pollAgeSeconds: secondsOf(pollAgeMs === null ? Infinity : pollAgeMs + ageMs),
    lags: lags.map((count, i) => ({ withinSeconds: LAG_BOUNDS_SECONDS[i] ?? null, count })),
    nodesBehind: nodesBehind.length,
  };
}

/** Seconds with one decimal; null if infinite. */
function secondsOf(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(ms / 100) / 10 : null;
}
