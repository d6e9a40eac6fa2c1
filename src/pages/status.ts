import type { PublicLoadReport, StatusReport } from '../http/pages/status.ts';
import { Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

type Row = readonly [name: string, value: string | number];
type FollowerReport = NonNullable<StatusReport['follower']>;

/** Returns `/status`, in words for maintainers of packages; `/status.json` has the same numbers. */
export function renderStatus(report: StatusReport, assetUrl: AssetUrl): string {
  const { version, following, follower, downloads, node } = report;
  const { upstreams, store, pypistatsBudgetLeft } = node;
  const isWell =
    following && upstreams.pypi === 'ok' && upstreams.pypistats === 'ok' && store.healthy;
  const main = html`<h1>Status</h1>
<p class="verdict ${isWell ? 'well' : 'ill'}">${sentence(following, follower)}</p>
<h2>Sources</h2>
${table([
  ['PyPI', wordOf(upstreams.pypi)],
  ['pypistats.org', wordOf(upstreams.pypistats)],
  [
    `shared store (${store.tier})`,
    store.healthy ? 'ok' : 'cannot be written: this process works with what it knows itself',
  ],
  ['requests to pypistats.org left in these 15 seconds', pypistatsBudgetLeft],
  ['version of pypins', version],
])}
${follower !== null && followerTables(follower)}
${downloads !== undefined && downloadsTable(downloads)}
<p>The same as JSON: <a href="/status.json">status.json</a></p>`;
  return layout({ title: 'pypins: status', assetUrl, current: '/status', main });
}

function wordOf(health: 'ok' | 'left alone'): string {
  return health === 'ok'
    ? 'ok'
    : 'left alone: it failed repeatedly, so badges show the last known values';
}

function sentence(following: boolean, follower: FollowerReport | null): string {
  if (following)
    return 'Following PyPI releases. A badge is purged as soon as PyPI serves the new version.';
  const why = follower === null ? 'There is no follower' : 'The follower is down, slow or behind';
  return `Not following PyPI releases. ${why}, so the edge keeps badges for ten minutes.`;
}

function followerTables(follower: FollowerReport): Html {
  const { lags } = follower;
  return html`<h2>Follower</h2>
${table([
  ['feed', follower.feed],
  ['last sign of life', ago(follower.heardAgeSeconds)],
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

function downloadsTable(report: PublicLoadReport): Html {
  const { through, loadedAt, projects, bytes, hasFailed } = report;
  return html`<h2>Download counts</h2>
${table([
  ['last day', through ?? 'nothing is loaded'],
  ['loaded', loadedAt ?? 'never'],
  ['projects', projects],
  ['bytes', bytes],
  ['last attempt', hasFailed ? 'failed' : 'ok'],
])}`;
}

function ago(seconds: number | null): string {
  return seconds === null ? 'none since this node started' : `${seconds} s ago`;
}

function table(rows: readonly Row[]): Html {
  const lines = rows.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  );
  return html`<table class="facts">
${lines}
</table>`;
}
