import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { TestService } from '../../../support/service/service.ts';

const CLIENTS = 8;
const BUSY_MS = 100;
const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'];
const FORMATS = ['png', 'webp', 'jpg', 'tiff'];
/** With this text they take three times what the memory for pictures holds (3/8 of a mebibyte): the disk is asked. */
const PICTURES = 80;
const TEXT = 'a_picture_of_some_width_';
/** After so many others, when it has been drawn; memory still has it. */
const LATER = 4;

/** The path of a picture with that word, one of eighty: all styles and raster formats, about 15 kB each. */
export function picturePath(word: string, number: number): string {
  const at = number % PICTURES;
  const [style, format] = [STYLES[at % 5], FORMATS[Math.floor(at / 5) % 4]];
  return `/badge/${word}-${TEXT}${at}-blue.${format}?scale=4&style=${style}`;
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

/** Asks a service for pictures twice, so that they are on the disk, if that is well. */
export interface PictureComparison {
  /** What was answered otherwise than by a service with which all is well, byte by byte, and how. */
  findWrong(url: string, paths: readonly string[]): Promise<string[]>;
}

/** The right pictures are those of a service with which all is well. */
export function createPictureComparison(healthy: Pick<TestService, 'url'>): PictureComparison {
  const right = new Map<string, Promise<Answer>>();
  const ofHealthy = new Pool(healthy.url, { connections: CLIENTS });
  const rightOf = (path: string): Promise<Answer> => {
    const known = right.get(path) ?? getUnhurried(ofHealthy, path);
    right.set(path, known);
    return known;
  };
  const findFault = async (pool: Pool, path: string): Promise<string[]> => {
    const { bytes, words } = await getUnhurried(pool, path);
    await getUnhurried(pool, again(path));
    const expected = await rightOf(path);
    return expected.words === words && expected.bytes.equals(bytes) ? [] : [`${path}: ${words}`];
  };
  return {
    async findWrong(url, paths) {
      const pool = new Pool(url, { connections: CLIENTS });
      const remaining = paths.values();
      const faults: string[] = [];
      // Few at once, so that memory still has a picture when it is requested again.
      const ask = async (): Promise<void> => {
        for (const path of remaining) faults.push(...(await findFault(pool, path)));
      };
      await Promise.all(Array.from({ length: CLIENTS }, ask));
      await pool.close();
      return faults;
    },
  };
}

interface Answer {
  readonly bytes: Buffer;
  /** Status, verdict and type. */
  readonly words: string;
}

/** The answer of a service that has time for it: a machine that is busy enough makes any of them say so. */
async function getUnhurried(pool: Pool, path: string): Promise<Answer> {
  for (;;) {
    const { statusCode, headers, body } = await pool.request({ path, method: 'GET' });
    const bytes = Buffer.from(await body.bytes());
    const [verdict, type] = [headers['x-badge-status'], headers['content-type']].map(String);
    if (verdict !== 'busy') return { bytes, words: `${statusCode} ${verdict} ${type}` };
    await delay(BUSY_MS);
  }
}
