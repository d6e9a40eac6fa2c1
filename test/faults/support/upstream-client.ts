import { Agent, request } from 'undici';
import { expect } from 'vitest';
import { createPictureCheck } from '../../support/load.ts';

/** When an image proxy gives up. The promise is 2.5 s; the rest is for a busy machine. */
const PATIENCE_MS = 4_000;

/** What a client got. */
export interface Badge {
  /** `X-Badge-Status`. */
  readonly verdict: string;
  readonly picture: string;
  readonly ms: number;
}

/** A client that believes the promise. */
export interface Client {
  /** The badge; rejects where it is not a well-formed picture with status 200 within 4 s. */
  get(path: string): Promise<Badge>;
  close(): Promise<void>;
}

export function createClient(origin: string): Client {
  const dispatcher = new Agent();
  const isPicture = createPictureCheck();
  return {
    async get(path) {
      const startedAtMs = performance.now();
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const { statusCode, headers, body } = await request(origin + path, { dispatcher, signal });
      const bytes = await body.bytes();
      const ms = performance.now() - startedAtMs;
      if (statusCode !== 200 || !(await isPicture(String(headers['content-type']), bytes)))
        throw new Error(`${path}: ${statusCode} ${String(headers['content-type'])}`);
      const picture = Buffer.from(bytes).toString();
      return { verdict: String(headers['x-badge-status']), picture, ms };
    },
    close: () => dispatcher.destroy(),
  };
}

/** Every one of the badges has that verdict. */
export function expectAll(badges: readonly Badge[], verdict: string): void {
  expect(badges.map((badge) => badge.verdict)).toEqual(badges.map(() => verdict));
}
