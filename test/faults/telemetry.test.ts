import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startCli } from '../support/service/cli.ts';
import { listenForTest } from '../support/listen.ts';
import { startStandIn } from '../support/service/service.ts';

const PACKAGES = resolve(import.meta.dirname, '../telemetry/node_modules');
const REGISTER = join(PACKAGES, '@opentelemetry/auto-instrumentations-node/dist/register.mjs');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
/** As OpenTelemetry numbers them. */
const KINDS = { server: 2, client: 3 };

const spanSchema = z.object({
  kind: z.number(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
});
type Span = z.infer<typeof spanSchema>;
const spansSchema = z.object({
  resourceSpans: z.array(
    z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }),
  ),
});

/** Takes spans as an OpenTelemetry collector does, in JSON (OTLP over HTTP). */
async function startCollector(): Promise<{ url: string; spans: Span[] }> {
  const spans: Span[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { resourceSpans } = spansSchema.parse(await json(request));
    for (const { scopeSpans } of resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans);
    response.setHeader('Content-Type', 'application/json').end('{}');
  };
  const url = await listenForTest((request, response) => void take(request, response));
  return { url, spans };
}

// `make test-faults` installs the packages.
test.skipIf(!existsSync(REGISTER) && process.env['CI'] !== 'true')(
  'OpenTelemetry by NODE_OPTIONS: the spans of a request are in the trace of its caller, and PyPI gets one header',
  async () => {
    const [collector, standIn] = await Promise.all([startCollector(), startStandIn()]);
    onTestFinished(() => standIn.close());
    const { output } = await startCli(['serve'], {
      PYPI_URL: standIn.url,
      PYPISTATS_URL: standIn.url,
      NODE_OPTIONS: `--import ${REGISTER}`,
      OTEL_SERVICE_NAME: 'pypins',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,ioredis',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    const urlOf = (): string | undefined => /"url":"([^"]+)"/.exec(output.out.toString())?.[1];
    await expect.poll(urlOf).toBeDefined();
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    const answer = await fetch(`${urlOf()}/version/requests/badge.svg`, { headers });
    expect(answer.headers.get('x-badge-status')).toBe('ok');

    const find = (kind: number): Span | undefined =>
      collector.spans.find((span) => span.kind === kind && span.traceId === TRACE);
    await expect.poll(() => find(KINDS.server)).toMatchObject({ parentSpanId: CALLER });
    await expect.poll(() => find(KINDS.client)).toBeDefined();
    const [server, client] = [find(KINDS.server), find(KINDS.client)];
    expect(client?.parentSpanId).toBe(server?.spanId);
    expect(standIn.requests[0]?.headers['traceparent']).toBe(`00-${TRACE}-${client?.spanId}-01`);
    await expect.poll(() => output.out.toString()).toContain(`"trace":"${TRACE}"`);
  },
);
