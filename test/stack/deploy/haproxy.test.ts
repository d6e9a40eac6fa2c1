import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { answers, createPart } from '../../../stack/part.ts';
import { startCli } from '../../support/service/cli.ts';
import { listenForTest } from '../../support/listen.ts';
import { isMissing } from '../../support/programs.ts';
import { freePort } from '../../support/redis/redis.ts';
import { startStandIn } from '../../support/service/service.ts';
import { makeTempDirectory, tempDirectoryForTest } from '../../support/temp.ts';
import { readCompose, ROOT, runTool } from './deployed.ts';

const CONFIG = readFileSync(join(ROOT, 'deploy/haproxy/haproxy.cfg'), 'utf8');
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const PICTURE = join(ROOT, 'deploy/haproxy/unavailable.http');

const PATIENCE = { timeout: 60_000, interval: 50 };

let site: string;
// What an operator puts into /etc/haproxy, with a certificate made here.
beforeAll(async () => {
  const { path, remove } = await makeTempDirectory();
  site = path;
  mkdirSync(join(site, 'certs'));
  cpSync(PICTURE, join(site, 'unavailable.http'));
  const [key, certificate] = [join(site, 'key'), join(site, 'certificate')];
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
  const files = ['-subj', '/CN=badges.example', '-keyout', key, '-out', certificate];
  await runTool('openssl', [...request.split(' '), ...files]);
  const pem = readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8');
  writeFileSync(join(site, 'certs/badges.pem'), pem);
  return remove;
});

/** Writes the configuration with changes that a test needs, and returns where. */
function write(change: (text: string) => string): string {
  const file = join(site, 'haproxy.cfg');
  writeFileSync(file, change(CONFIG.replaceAll('/etc/haproxy/', `${site}/`)));
  return file;
}

test('HAProxy takes the configuration, without a word of warning', async () => {
  const words = await runTool('haproxy', ['-c', '-f', write((text) => text)]);
  expect(words.trim()).toBe('Configuration file is valid');
});

test('what it shows when nothing answers is the badge that Varnish shows', () => {
  const [head = '', body = ''] = readFileSync(PICTURE, 'utf8').split('\r\n\r\n');
  const vcl = readFileSync(join(ROOT, 'varnish/rules/fault-pictures.vcl'), 'utf8');
  const unavailable = vcl.slice(vcl.indexOf('sub fault_unavailable '));
  expect(unavailable).toContain(`{"${body}"}`);
  const [, seconds] = /max-age=(\d+)/.exec(unavailable) ?? [];
  expect(head.split('\r\n')).toContain(`Cache-Control: public, max-age=${seconds}`);
  expect(head.split('\r\n')).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
});

describe.skipIf(isMissing('varnishd'))('with TLS in front', () => {
  test('Varnish learns the client’s address, and not what the client claims; a trace goes on', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const edge = await startEdge(await startNode(seen));
    const proxy = await startProxy(edge);
    const answer = await ask(proxy, {
      'X-Forwarded-For': '192.0.2.66',
      Forwarded: 'for=192.0.2.66',
      traceparent: TRACE,
    });
    expect(answer.body).toBe('<svg>127.0.0.2</svg>');
    expect(answer).toMatchObject({ status: 200, cache: 'MISS' });
    expect(await ask(proxy)).toMatchObject({ status: 200, cache: 'HIT' });
    expect(seen.map((headers) => headers['traceparent'])).toEqual([TRACE]);
  });

  test('one id names a request at HAProxy, Varnish and the API, whatever id the client sends', async () => {
    const standIn = await startStandIn();
    onTestFinished(() => standIn.close());
    const upstreams = { PYPI_URL: standIn.url, PYPISTATS_URL: standIn.url };
    const api = await startCli(['serve'], { ...upstreams, TRUSTED_PROXIES: '127.0.0.1' });
    const log = (): string => api.output.out.toString();
    const url = await vi.waitUntil(() => /"url":"([^"]+)"/.exec(log())?.[1], PATIENCE);
    const proxy = await startProxy(await startEdge(Number(new URL(url).port)));
    const { id } = await ask(proxy, { 'X-Request-Id': 'an-id-of-the-client' });
    expect(id).toMatch(/^[\da-f-]{36}$/);
    await expect.poll(log).toContain(`"id":"${id}"`);
  });

  test('what fails at HAProxy has its id in the answer and in the log', async () => {
    const lines: string[] = [];
    const proxy = await startProxy(await freePort(), (line) => lines.push(line));
    const { id } = await ask(proxy);
    await expect.poll(() => lines.join('\n')).toContain(`{${id}}`);
  });

  test('where no Varnish is, it is still a picture, with status 200', async () => {
    const proxy = await startProxy(await freePort());
    const answer = await ask(proxy);
    expect(answer).toMatchObject({ status: 200, type: 'image/svg+xml; charset=utf-8' });
    expect(answer.body).toContain('aria-label="pypi: unavailable"');
    // Once HAProxy's check has found out.
    const path = '/version/requests/badge.json';
    await expect.poll(() => ask(proxy, {}, path)).toMatchObject({ status: 503 });
    const twin = await ask(proxy, {}, path);
    expect(twin.type).toBe('application/json');
    expect(JSON.parse(twin.body)).toMatchObject({ message: 'unavailable', isError: true });
    expect(await ask(proxy, {}, '/status')).toMatchObject({ status: 503, type: 'text/plain' });
    expect(await ask(proxy)).toMatchObject({ status: 200 });
  });
});

/** A node of the API that draws who asked, and notes what for. Returns its port. */
async function startNode(seen: IncomingHttpHeaders[]): Promise<number> {
  const url = await listenForTest((request, response) => {
    if (request.url !== '/-/ready') seen.push(request.headers);
    response.setHeader('Content-Type', 'image/svg+xml; charset=utf-8');
    response.setHeader('X-Badge-Status', 'ok');
    response.setHeader('X-Edge-TTL', '600');
    response.setHeader('ETag', '"one"');
    response.end(`<svg>${String(request.headers['x-forwarded-for'])}</svg>`);
  });
  return Number(new URL(url).port);
}

/** Varnish as docker-compose.yml starts it, but on this machine. Returns the port of the PROXY protocol. */
async function startEdge(nodePort: number): Promise<number> {
  const directory = await tempDirectoryForTest();
  const backends = readFileSync(join(ROOT, 'varnish/backends/compose/backends.vcl'), 'utf8')
    .replaceAll(/\.host = "[^"]+"/g, '.host = "127.0.0.1"')
    .replaceAll(/\.port = "\d+"/g, `.port = "${nodePort}"`);
  writeFileSync(join(directory, 'backends.vcl'), backends);
  const ports = { public: await freePort(), proxied: await freePort(), purge: await freePort() };
  const [program = '', ...args] = (readCompose().services['varnish']?.command ?? []).map((word) =>
    word
      .replace('/etc/varnish/backends/compose', directory)
      .replace('/etc/varnish', join(ROOT, 'varnish'))
      .replace(/^public=:\d+/, `public=127.0.0.1:${ports.public}`)
      .replace(/^proxied=:\d+/, `proxied=127.0.0.1:${ports.proxied}`)
      .replace(/^purge=:\d+/, `purge=127.0.0.1:${ports.purge}`),
  );
  await start(
    'varnish',
    program,
    ['-j', 'none', '-n', join(directory, 'n'), ...args],
    ports.public,
  );
  return ports.proxied;
}

/** HAProxy with free ports and with this user's rights. Returns the port of TLS. */
async function startProxy(edgePort: number, onLine?: (line: string) => void): Promise<number> {
  const [plain, secure] = [await freePort(), await freePort()];
  const file = write((text) =>
    text
      .replaceAll(/^ {2}(?:user|group|chroot|stats).*$/gm, '')
      .replace('log /dev/log', 'log stdout format raw')
      .replace('maxconn 20000', 'maxconn 200')
      .replace('bind :80\n', `bind 127.0.0.1:${plain}\n`)
      .replace('bind :443 ', `bind 127.0.0.1:${secure} `)
      .replace('127.0.0.1:8443', `127.0.0.1:${edgePort}`),
  );
  await start('haproxy', 'haproxy', ['-db', '-f', file], plain, onLine);
  return secure;
}

async function start(
  name: string,
  program: string,
  args: string[],
  port: number,
  onLine?: (line: string) => void,
): Promise<void> {
  const part = createPart({
    name,
    program,
    args,
    settings: {},
    environment: { PATH: `${process.env['PATH']}:/usr/sbin` },
    isReady: () => answers(`http://127.0.0.1:${port}/-/ready`),
    onLine,
  });
  onTestFinished(() => part.stop());
  await part.start();
}

/** Asks from 127.0.0.2, so that the address can be told from all others here. */
async function ask(
  port: number,
  headers: Record<string, string> = {},
  path = '/version/requests/badge.svg',
) {
  const connect = { rejectUnauthorized: false };
  const dispatcher = new Agent({ connect, localAddress: '127.0.0.2' });
  onTestFinished(() => dispatcher.destroy());
  const url = `https://127.0.0.1:${port}${path}`;
  const answer = await fetch(url, { dispatcher, headers });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    cache: answer.headers.get('x-cache'),
    id: answer.headers.get('x-request-id'),
    body: await answer.text(),
  };
}
