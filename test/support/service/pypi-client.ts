import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import {
  createUpstreamClient,
  type UpstreamAnswer,
  type UpstreamClient,
  type UpstreamRequest,
} from '../../../src/upstream/client.ts';

/** A client without a network: returns or throws what `answer` does. */
export function createFakeClient(
  answer: (request: UpstreamRequest) => UpstreamAnswer | string,
): UpstreamClient {
  return {
    async get(request) {
      const given = answer(request);
      return typeof given === 'string' ? revalidate(given, request.etag) : given;
    },
    close: () => Promise.resolve(),
  };
}

/** Creates a real client, closed when the test ends. */
export function startPypiClient(url: string, maxBytes = 1_000_000): UpstreamClient {
  const userAgent = 'pypins/test (x@example.org)';
  const client = createUpstreamClient({ url, userAgent, concurrency: 2, maxBytes });
  onTestFinished(() => client.close());
  return client;
}

function revalidate(body: string, known: string | undefined): UpstreamAnswer {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  if (known === etag) return { status: 304 };
  return { status: 200, body, etag, header: () => undefined };
}
