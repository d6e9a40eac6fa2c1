import { hash } from 'node:crypto';

/** Returns an object of some kilobytes and its digest; always the same for a number. */
export function objectOf(number: number): { digest: string; bytes: Buffer } {
  const digest = hash('sha256', `object ${number}`);
  return { digest, bytes: Buffer.from(digest.repeat(1 + (number % 200))) };
}
