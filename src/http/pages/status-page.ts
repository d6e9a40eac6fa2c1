import type { FollowerReport, StatusReport } from './status.ts';

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
  th { text-align: left; font-weight: normal; padding-right: 2rem }
  td { text-align: right; font-variant-numeric: tabular-nums }
  .ill { color: #b00 }
`;

type Row = readonly [name: string, value: string | number];

/** The report as a page: numbers and words of ours alone, so nothing has to be escaped. */
export function statusPage({ version, following, follower, node }: StatusReport): string {
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
<h2>This node</h2>
${table([
  ['PyPI', upstreams.pypi],
  ['pypistats.org', upstreams.pypistats],
  ['requests to pypistats.org left in this quarter of a minute', pypistatsBudgetLeft],
  [`shared store (${store.tier})`, store.healthy ? 'ok' : 'does not answer'],
  ['version', version],
])}
</html>
`;
}

function sentence(following: boolean, follower: FollowerReport | null): string {
  if (following) return 'Releases are followed: badges are purged once PyPI tells of a change.';
  const why = follower === null ? 'There is no follower' : 'The follower is silent, late or behind';
  return `${why}: releases are not followed now, and the edge keeps facts for ten minutes.`;
}

function followerTables(follower: FollowerReport): string {
  const { lags } = follower;
  return `<h2>The follower</h2>
${table([
  ['feed', follower.feed],
  ['last heard of', ago(follower.heardAgeSeconds)],
  ['feed answered', ago(follower.pollAgeSeconds)],
  ['PyPI’s last serial', follower.serial ?? 'not told'],
  ['leads since', follower.leadingSince],
])}
<h2>Since then</h2>
${table([
  ['changes seen in the feed', follower.seen],
  ['of projects held here', follower.followed],
  ['refreshed', follower.refreshed],
  ['not told of yet by PyPI’s pages', follower.unmoved],
  ['waiting for that', follower.pending],
  ['purged at the edge', follower.purged],
  ['purges that a node did not take', follower.purgeFailures],
  ['nodes of the edge behind', follower.nodesBehind],
  ['polls that failed', follower.pollFailures],
])}
<h2>From publication to purge</h2>
${table(
  lags.map(({ withinSeconds, count }, i) => [
    withinSeconds === null
      ? `more than ${lags[i - 1]?.withinSeconds} s`
      : `at most ${withinSeconds} s`,
    count,
  ]),
)}`;
}

function ago(seconds: number | null): string {
  return seconds === null ? 'not since this node started' : `${seconds} s ago`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  );
  return `<table>\n${lines.join('\n')}\n</table>`;
}
