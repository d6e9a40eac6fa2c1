import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { TestService } from '../../support/service.ts';

const CLIENTS = 8;
const MAX_ASKED = 20;
const BUSY_MS = 250;
const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'];
const FORMATS = ['png', 'webp', 'gif', 'jpg', 'tiff'];
/** More than the memory for pictures holds (`MEMORY_MAX_BYTES` of a mebibyte), so that the disk is asked. */
const PICTURES = 100;
/** After so many others, when it has been drawn; memory still has it. */
const LATER = 4;

/** The path of a picture with that word, one of a hundred: all styles, all raster formats, 5 to 15 kB each. */
export function picturePath(word: string, number: number): string {
  const at = number % PICTURES;
  const [style, format] = [STYLES[at % 5], FORMATS[Math.floor(at / 5) % 5]];
  return `/badge/${word}-${at}-blue.${format}?scale=4&style=${style}`;
}

/** The paths of `count` pictures with that word. */
export function picturePaths(word: string, count = PICTURES): string[] {
  return Array.from({ length: count }, (_, number) => picturePath(word, number));
}

/** The same picture by another URL: whole answers are remembered for a second. */
function again(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}again`;
}

/** Of a load: every picture is asked for a second time, soon after the first, so that it goes to the disk. */
export function twice(pathOf: (number: number) => string): (number: number) => string {
  return (number) => {
    const at = Math.floor(number / 2);
    return number % 2 === 0 ? pathOf(at) : again(pathOf(Math.max(0, at - LATER)));
  };
}

/** What came for a path, beside what should have. */
export interface SeenPicture {
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly verdict: string;
  readonly bytes: Uint8Array;
  /** HTTP 200 and the right bytes, all of them. */
  readonly isRight: boolean;
}

/** Compares what a service answers with what it has to answer, byte by byte. */
export interface PictureComparison {
  /** Asks twice for each: then it is on the disk, if that is well. */
  look(pool: Pool, paths: readonly string[]): Promise<SeenPicture[]>;
  /** Asks for every path; gives those whose answer is not right, and what it was. */
  findWrong(url: string, paths: readonly string[]): Promise<string[]>;
}

/** The right pictures are those of a service with which all is well. */
export function createPictureComparison(healthy: Pick<TestService, 'get'>): PictureComparison {
  const right = new Map<string, Promise<Buffer>>();
  const rightOf = (path: string): Promise<Buffer> => {
    const known = right.get(path) ?? getRight(healthy, path);
    right.set(path, known);
    return known;
  };
  const lookAt = async (pool: Pool, path: string): Promise<SeenPicture> => {
    const { statusCode: status, headers, body } = await pool.request({ path, method: 'GET' });
    const bytes = await body.bytes();
    await (await pool.request({ path: again(path), method: 'GET' })).body.dump();
    return {
      path,
      status,
      type: String(headers['content-type']),
      verdict: String(headers['x-badge-status']),
      bytes,
      isRight: status === 200 && (await rightOf(path)).equals(bytes),
    };
  };
  const look = (pool: Pool, paths: readonly string[]): Promise<SeenPicture[]> =>
    Promise.all(paths.map((path) => lookAt(pool, path)));
  return {
    look,
    async findWrong(url, paths) {
      const pool = new Pool(url, { connections: CLIENTS });
      const seen = await look(pool, paths);
      await pool.close();
      return seen.filter(({ isRight }) => !isRight).map(tell);
    },
  };
}

/** One line on what came. */
export function tell({ path, status, verdict, type, bytes }: SeenPicture): string {
  return `${path}: ${status} ${verdict}, ${type}, ${bytes.length} bytes`;
}

/** A machine that is busy enough makes the healthy one say so as well: then it is asked again. */
async function getRight(healthy: Pick<TestService, 'get'>, path: string): Promise<Buffer> {
  for (let left = MAX_ASKED; left > 0; left -= 1) {
    const response = await healthy.get(path);
    const bytes = Buffer.from(await response.arrayBuffer());
    const verdict = response.headers.get('x-badge-status');
    if (verdict === 'ok') return bytes;
    if (verdict !== 'busy') break;
    await delay(BUSY_MS);
  }
  throw new Error(`no right picture: ${path}`);
}
