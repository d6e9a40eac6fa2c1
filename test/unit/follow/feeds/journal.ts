import {
  answerFault,
  answerValue,
  parseCall,
  type XmlRpcValue,
} from '../../../../sample/pypi/xml-rpc.ts';
import { createChangelogFeed } from '../../../../src/follow/feeds/changelog.ts';
import type { FeedNews } from '../../../../src/follow/feeds/feed.ts';
import { createFakeClient } from '../../../support/service/pypi-client.ts';

/** Name, release, seconds since 1970, action, serial. */
export type Row = readonly [string | null, string | null, number, string | null, number];

/** The answer of XML-RPC that has this value. */
export const valueText = (value: XmlRpcValue): string => String(answerValue(value).body);
/** The answer of XML-RPC that is this fault. */
export const faultText = (message: string): string => String(answerFault(-32_500, message).body);

/** One poll of PyPI with these rows in its journal, of which an answer has no more than `rowsAnAnswer`. */
export function poll(
  rows: readonly Row[],
  position?: string,
  { rowsAnAnswer = 50_000, lastSerial = rows.at(-1)?.[4] ?? 0 } = {},
): Promise<FeedNews> {
  const client = createFakeClient(({ post }) => {
    const { method, args } = parseCall(post?.body ?? '') ?? {};
    if (method === 'changelog_last_serial') return valueText(lastSerial);
    const since = rows.filter(([, , , , serial]) => serial > (args?.[0] ?? Infinity));
    return valueText(since.slice(0, rowsAnAnswer));
  });
  return createChangelogFeed(client, { rowsAnAnswer }).poll(position, AbortSignal.timeout(20_000));
}

/** One poll that is answered with this text, whatever it asks. */
export function pollText(text: string, position?: string): Promise<FeedNews> {
  const feed = createChangelogFeed(createFakeClient(() => text));
  return feed.poll(position, AbortSignal.timeout(20_000));
}

/** Where a poll begins that is to tell of every row. */
export const FROM_THE_START = '{"serial":0}';
