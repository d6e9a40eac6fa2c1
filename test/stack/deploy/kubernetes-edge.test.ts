import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { purgeNode } from '../../../src/edge/purge.ts';
import { answers, createPart } from '../../../stack/part.ts';
import { listenForTest } from '../../support/listen.ts';
import { isMissing } from '../../support/programs.ts';
import { freePort } from '../../support/redis/redis.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { filesOf } from './kubernetes/edge.ts';
import { type Objects, objectsSchema, ofKind } from './kubernetes/objects.ts';
import { copyManifests, parseDocuments, render } from './kubernetes/render.ts';

/** Writes the files that Varnish has from ConfigMaps, below a folder instead of `/`. Returns its command. */
function mount(objects: Objects, folder: string): string[] {
  const [pod] = ofKind(objects, 'StatefulSet').map(({ spec }) => spec.template);
  const [container] = pod?.spec.containers ?? [];
  if (pod === undefined || container === undefined) throw new Error('no Varnish');
  for (const [path, text] of filesOf(container, pod, objects)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return container.command;
}

test.skipIf(isMissing('kubectl', 'varnishd'))(
  'Varnish runs with the ConfigMaps and the command of the manifests; the API sees the client that the ingress names',
  async () => {
    const api = await startApi();
    const folder = await tempDirectoryForTest();
    copyManifests(folder);
    // The network of the pods is this machine.
    const yaml = (await render(folder, '.'))
      .replaceAll('.host = "api"', '.host = "127.0.0.1"')
      .replaceAll('.port = "8080"', `.port = "${new URL(api.url).port}"`)
      .replaceAll('"10.0.0.0"/8', '"127.0.0.0"/8');
    const objects = objectsSchema.parse(parseDocuments(yaml));
    const [publicPort, purgePort] = [await freePort(), await freePort()];
    const [, ...words] = mount(objects, folder);
    const args = words.map((word) =>
      word
        .replace('/etc/varnish', join(folder, 'etc/varnish'))
        .replace('=:8000', `=127.0.0.1:${publicPort}`)
        .replace('=:6085', `=127.0.0.1:${purgePort}`),
    );
    const edge = createPart({
      name: 'varnish',
      program: 'varnishd',
      args: ['-j', 'none', '-n', join(folder, 'n'), ...args],
      settings: { PURGE_KEY: 'the-key' },
      environment: { PATH: `${process.env['PATH']}:/usr/sbin` },
      isReady: () => answers(`http://127.0.0.1:${publicPort}/-/ready`),
    });
    onTestFinished(() => edge.stop());
    await edge.start();

    const answer = await fetch(`http://127.0.0.1:${publicPort}/version/requests/badge.svg`, {
      headers: { 'X-Forwarded-For': '192.0.2.66, 198.51.100.7' },
    });
    expect(answer.status).toBe(200);
    expect(api.clients).toEqual(['198.51.100.7']);
    const node = { url: `http://127.0.0.1:${purgePort}` };
    const refused = await purgeNode('another', node, { tags: ['*'] });
    expect(refused.failure).toBeDefined();
    const purged = await purgeNode('the-key', node, { tags: ['*'] });
    expect(purged.failure).toBeUndefined();

    // As while one of two pods hangs: a few probes meet it, and requests the other one.
    await api.untilProbesFail();
    const other = await fetch(`http://127.0.0.1:${publicPort}/version/flask/badge.svg`);
    expect(other.headers.get('x-badge-status')).toBe('ok');
  },
);

/** Starts a stand-in for the pods of the API, which lists the clients of its requests. */
async function startApi() {
  const clients: unknown[] = [];
  let failed = 0;
  let fails = false;
  const url = await listenForTest(({ url: path, headers }, response) => {
    const isProbe = path === '/-/ready';
    if (isProbe && fails) failed += 1;
    if (!isProbe) clients.push(headers['x-forwarded-for']);
    response.writeHead(isProbe && fails ? 503 : 200, { 'x-badge-status': 'ok' }).end('{}');
  });
  return {
    url,
    clients,
    /** One more than Varnish looks at: that of a node that is sick has been seen. */
    async untilProbesFail() {
      fails = true;
      await vi.waitUntil(() => failed > 3, { timeout: 60_000 });
    },
  };
}
