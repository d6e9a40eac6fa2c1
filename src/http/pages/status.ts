import { hash } from 'node:crypto';
import type { Store } from '../../../cache/store/contract.ts';
import type { LoadReport } from '../../downloads/report.ts';
import type { FollowerStatus } from '../../follow/state/status.ts';
import type { FollowerWatch } from '../../follow/state/watch.ts';
import { LAG_BOUNDS_SECONDS } from '../../metrics.ts';
import type { Sources } from '../../facts/sources.ts';
import { CONTENT_TYPES, headersOfPage } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { sendResponse } from '../write.ts';

const CACHE_SECONDS = 5;
const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
  th { text-align: left; font-weight: normal; padding-right: 2rem }
  td { text-align: right; font-variant-numeric: tabular-nums }
  .ill { color: #b00 }
`;

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
  'beat' | 'leadingSinceMs' | 'pollAgeMs' | 'lags' | 'nodesBehind'
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
type PublicLoadReport = Omit<LoadReport, 'problem'> & { readonly hasFailed: boolean };

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

/** Answers `/status` with HTML, and `/status.json` with the same as JSON. */
export type SendStatus = (ctx: BadgeContext) => Promise<void> | void;

export function createSendStatus(options: StatusOptions): SendStatus {
  return async (ctx) => {
    const report = reportOf(options, await options.reportLoad?.());
    const isJson = ctx.state.format === 'json';
    const body = isJson ? `${JSON.stringify(report)}\n` : statusPage(report);
    ctx.state.kindId = 'service';
    const kept = { seconds: CACHE_SECONDS, etag: hash('sha256', body) };
    sendResponse(ctx, {
      status: 200,
      headers: headersOfPage({ verdict: 'ok', kept }),
      contentType: isJson ? CONTENT_TYPES.json : 'text/html; charset=utf-8',
      body,
    });
  };
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
    follower: last === undefined ? null : followerReport(last.status, last.ageMs),
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

/** Seconds with one decimal; null if infinite. */
function secondsOf(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(ms / 100) / 10 : null;
}

type Row = readonly [name: string, value: string | number];

/** Renders the report as HTML. It contains only numbers and our own words, so nothing needs escaping. */
function statusPage({ version, following, follower, downloads, node }: StatusReport): string {
  const { upstreams, store, pypistatsBudgetLeft } = node;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>pypins: status</title>
<style>${STYLE}</style>
<h1>pypins</h1>
<p${following ? '' : ' class="ill"'}>${sentence(following, follower)}</p>
${follower === null ? '' : followerTables(follower)}
${downloads === undefined ? '' : downloadsTable(downloads)}
<h2>This node</h2>
${table([
  ['PyPI', upstreams.pypi],
  ['pypistats.org', upstreams.pypistats],
  ['requests to pypistats.org left in these 15 seconds', pypistatsBudgetLeft],
  [`shared store (${store.tier})`, store.healthy ? 'ok' : 'does not answer'],
  ['version', version],
])}
</html>
`;
}

function sentence(following: boolean, follower: FollowerReport | null): string {
  if (following)
    return 'Following PyPI releases. A badge is purged as soon as PyPI serves the new version.';
  const why = follower === null ? 'There is no follower' : 'The follower is down, slow or behind';
  return `Not following PyPI releases. ${why}, so the edge keeps badges for ten minutes.`;
}

function followerTables(follower: FollowerReport): string {
  const { lags } = follower;
  return `<h2>Follower</h2>
${table([
  ['feed', follower.feed],
  ['last report', ago(follower.heardAgeSeconds)],
  ['last successful poll', ago(follower.pollAgeSeconds)],
  ['last serial of PyPI', follower.serial ?? 'unknown'],
  ['leader since', follower.leadingSince],
])}
<h2>Counts since then</h2>
${table([
  ['changes in the feed', follower.seen],
  ['changes of requested projects', follower.followed],
  ['confirmed by PyPI', follower.refreshed],
  ['not yet confirmed by PyPI', follower.unmoved],
  ['pending', follower.pending],
  ['projects purged', follower.purged],
  ['failed purges', follower.purgeFailures],
  ['edge nodes that miss purges', follower.nodesBehind],
  ['failed polls', follower.pollFailures],
])}
<h2>Time from publication to purge</h2>
${table(
  lags.map(({ withinSeconds, count }, i) => [
    withinSeconds === null
      ? `more than ${lags[i - 1]?.withinSeconds} s`
      : `at most ${withinSeconds} s`,
    count,
  ]),
)}`;
}

function downloadsTable(report: PublicLoadReport): string {
  const { through, loadedAt, projects, bytes, hasFailed } = report;
  return `<h2>Download counts</h2>
${table([
  ['last day', through ?? 'nothing is loaded'],
  ['loaded', loadedAt ?? 'never'],
  ['projects', projects],
  ['bytes', bytes],
  ['last attempt', hasFailed ? 'failed: see `pypins doctor`' : 'ok'],
])}`;
}

function ago(seconds: number | null): string {
  return seconds === null ? 'none since this node started' : `${seconds} s ago`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  );
  return `<table>\n${lines.join('\n')}\n</table>`;
}
