/** Reads a full answer of PyPI's journal and one more, as a follower does that was away for a day, and tells how many changes they are. */
import { answerValue, parseCall, type XmlRpcValue } from '../../../sample/pypi/xml-rpc.ts';
import { createChangelogFeed } from '../../../src/follow/feeds/changelog.ts';
import { createFakeClient } from '../../support/service/pypi-client.ts';

const ROWS_AN_ANSWER = 50_000;
const LAST_SERIAL = ROWS_AN_ANSWER + 1_000;

function rowAfter(serial: number): XmlRpcValue {
  const name = `a-project-of-some-length-${serial}`;
  return [name, '1.0', 1_795_000_000, `add py3 file ${name}-1.0-py3-none-any.whl`, serial + 1];
}

const client = createFakeClient(({ post }) => {
  const [from = 0] = parseCall(post?.body ?? '')?.args ?? [];
  const count = Math.min(ROWS_AN_ANSWER, LAST_SERIAL - from);
  return String(answerValue(Array.from({ length: count }, (_, i) => rowAfter(from + i))).body);
});
const feed = createChangelogFeed(client);
const { changes, hasGap } = await feed.poll('{"serial":0}', AbortSignal.timeout(60_000));
process.stdout.write(JSON.stringify({ changes: changes.length, hasGap }));
