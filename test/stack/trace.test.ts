import { expect, onTestFinished, test } from 'vitest';
import { isMissing } from '../support/programs.ts';
import { startServiceForTest } from '../support/service/service.ts';
import { startVarnish } from '../support/edge/varnish.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test.skipIf(isMissing('varnishd'))(
  'a trace goes from the client by Varnish and the API to PyPI and pypistats.org, and back to nobody',
  async () => {
    const service = await startServiceForTest({ TRUSTED_PROXIES: '127.0.0.0/8' });
    const varnish = await startVarnish({ nodes: [service.url] });
    onTestFinished(() => varnish.stop());
    const headers = { traceparent: TRACE, tracestate: 'vendor=me', baggage: 'user=me' };
    for (const kind of ['version', 'd']) {
      const answer = await fetch(`${varnish.url}/${kind}/requests/badge.svg`, { headers });
      expect(answer.headers.get('x-badge-status')).toBe('ok');
      expect(answer.headers.get('traceparent')).toBeNull();
    }
    const asked = service.standIn.requests.map(({ path, headers: sent }) => ({ path, sent }));
    expect(asked.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\/pypi\/requests\//),
        expect.stringMatching(/^\/api\/packages\/requests\//),
      ]),
    );
    for (const { sent } of asked) {
      expect(sent['traceparent']).toBe(TRACE);
      expect(sent).not.toHaveProperty('tracestate');
      expect(sent).not.toHaveProperty('baggage');
    }
  },
);
