import { describe, expect, test } from 'vitest';
import { createChangelogFeed } from '../../../../src/follow/feeds/changelog.ts';
import { UpstreamError, type UpstreamFailure } from '../../../../src/upstream/errors.ts';
import { createFakeClient } from '../../../support/service/pypi-client.ts';
import { faultText, FROM_THE_START, pollText, valueText } from './journal.ts';

describe('a follower after a long absence', () => {
  /** PyPI gives no rows, but says how many there are. */
  const pollFailing = (failure: UpstreamFailure, lastSerial: number) => {
    const client = createFakeClient(({ post }) => {
      if (post?.body.includes('last_serial') === true) return valueText(lastSerial);
      throw new UpstreamError(failure, 'too much');
    });
    return createChangelogFeed(client).poll('{"serial":5}', AbortSignal.timeout(20_000));
  };

  test.each<UpstreamFailure>(['too-large', 'timeout'])(
    'starts over, with a gap, when the rows never arrive: %s',
    async (failure) => {
      expect(await pollFailing(failure, 90_000)).toEqual({
        changes: [],
        hasGap: true,
        position: '{"serial":90000}',
        serial: 90_000,
      });
    },
  );

  test.each<[UpstreamFailure, number]>([
    ['timeout', 90],
    ['network', 90_000],
    ['status', 90_000],
  ])('but not for %s with %i rows', async (failure, lastSerial) => {
    await expect(pollFailing(failure, lastSerial)).rejects.toMatchObject({ failure });
  });
});

describe('an invalid response', () => {
  const ROW_END = '</data></array></value>';
  const rows = valueText([1, 2, 3].map((serial) => ['a', '1', 1, 'new release', serial]));
  test.each([
    ['nothing', ''],
    ['a page for people', '<!DOCTYPE html><html><body><p>Hi<br></body></html>'],
    ['a feed', '<rss><channel></channel></rss>'],
    ['JSON', '[]'],
    ['half of it', rows.slice(0, rows.length / 2)],
    ['all but its end', rows.trimEnd().slice(0, -1)],
    ['two rows whole, but no more', rows.split(ROW_END, 2).join(ROW_END) + ROW_END],
    ['a text', valueText('a')],
    ['null', valueText(null)],
    ['a number', valueText(5)],
    ['rows of four', valueText([['a', '1', 1, 'new release']])],
    ['rows of six', valueText([['a', '1', 1, 'new release', 1, 1]])],
    ['rows that are none', valueText(['a', '1'])],
    ['rows of nulls', valueText([[null, null, null, null, null]])],
    ['serials that are none', valueText([['a', '1', 1, 'new release', 'x']])],
    ['an empty answer', '<methodResponse/>'],
    ['an empty value', '<methodResponse><params><param></param></params></methodResponse>'],
  ])('%s', async (_, text) => {
    await expect(pollText(text, FROM_THE_START)).rejects.toMatchObject({
      name: 'UpstreamError',
      failure: 'unparsable',
    });
  });

  test.each([
    ['ValueError: no', undefined],
    [
      'HTTPTooManyRequests: too many requests by the client. Limit may reset in 31 seconds.',
      31_000,
    ],
    [
      'HTTPTooManyRequests: too many requests by the client. Limit may reset in 3600 seconds.',
      600_000,
    ],
  ])('a fault: %s', async (message, retryAfterMs) => {
    await expect(pollText(faultText(message))).rejects.toMatchObject({
      name: 'UpstreamError',
      failure: 'status',
      message: `answered with a fault: ${message}`,
      retryAfterMs,
    });
  });

  test.each([
    ['<fault><value><string>Fault message</string></value></fault>'],
    ['<fault></fault>'],
  ])('a fault of another shape: %s', async (fault) => {
    await expect(pollText(`<methodResponse>${fault}</methodResponse>`)).rejects.toMatchObject({
      failure: 'status',
      message: 'answered with a fault: no reason given',
    });
  });
});
