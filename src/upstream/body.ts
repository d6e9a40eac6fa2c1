import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UpstreamError } from './errors.ts';
import { createMemberSkipper } from './skip-member.ts';

export interface BodyOptions {
  readonly encoding?: string | undefined;
  /** Read at the most, after decompression. */
  readonly maxBytes: number;
  /** Held at the most, without what is left out. */
  readonly maxKeptBytes: number;
  /** Whether it is JSON, which is looked at while it comes: what nests without end is not read to its own. */
  readonly isJson: boolean;
  /** A member of a JSON object that is not wanted; `null` stands in its place. */
  readonly leaveOut?: string | undefined;
}

/**
 * The body as text, decompressed where it came as gzip. Reading stops, and the connection is dropped, once more came out
 * than may be read or kept: neither an endless body nor a small one that unpacks to gigabytes is ever held.
 */
export async function readBody(
  body: Readable,
  { encoding = 'identity', maxBytes, maxKeptBytes, isJson, leaveOut }: BodyOptions,
): Promise<string> {
  const chunks: Buffer[] = [];
  const take = isJson ? createMemberSkipper(leaveOut) : (chunk: Buffer) => chunk;
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    let bytes = 0;
    let keptBytes = 0;
    for await (const chunk of source) {
      const kept = take(chunk);
      bytes += chunk.length;
      keptBytes += kept.length;
      if (bytes > maxBytes || keptBytes > maxKeptBytes)
        throw new UpstreamError('too-large', 'sent more than is read');
      chunks.push(kept);
    }
  };
  if (encoding === 'gzip') await pipeline(body, createGunzip(), collect);
  else if (encoding === 'identity') await pipeline(body, collect);
  else throw new UpstreamError('unparsable', 'sent an encoding that was not asked for');
  return Buffer.concat(chunks).toString('utf8');
}
