import { hash } from 'node:crypto';

/** An object of some kilobytes, and the digest it is stored by; the same for the same number. */
export function objectOf(number: number): { digest: string; bytes: Buffer } {
  const digest = hash('sha256', `object ${number}`);
  return { digest, bytes: Buffer.from(digest.repeat(1 + (number % 200))) };
}
