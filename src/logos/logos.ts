import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { loadOnce } from '../../cache/load-once.ts';
import { BadgeError } from '../errors.ts';
import { createQueue, DroppedError } from '../imaging/queue.ts';
import type { Style } from '../imaging/spec.ts';
import { createIcons } from './icons.ts';
import { isImage } from './data-url.ts';
import type { Logo, LogoRequest } from './logo.ts';
import { drawNamedLogo } from './named.ts';

/** Memory for logos; the icons' list and paths take about 1 MB more. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Upper bound of a logo's members without its data. */
const BYTES_OF_LOGO = 512;
/** Reading an image takes 2 to 50 ms. */
const IMAGE_COST = 4;
const MAX_WAITING = 32;
const MAX_WAIT_MS = 1_000;

/** The logos of badges. */
export interface Logos {
  /**
   * Returns the logo that a URL asks for, or undefined if there is no such icon or the image is refused. `charge` is
   * called before an image is read that is not in memory; it returns the priority in the queue, or throws to refuse the
   * reading. Rejects with a `busy` error under overload.
   */
  readonly find: (
    request: LogoRequest,
    style: Style,
    charge: (cost: number) => number,
  ) => Promise<Logo | undefined>;
}

/** Creates the logos: icons by name, and users' images. Both are kept in memory. */
export function createLogos(): Logos {
  const icons = createIcons();
  const openReader = loadOnce(() => import('./image.ts'));
  /** Refused images are kept as well. */
  const kept = new LRUCache<string, { readonly logo: Logo | undefined }>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ logo }, key) => BYTES_OF_LOGO + key.length + bytesOf(logo),
  });
  const queue = createQueue({ concurrency: 1, waitingLimit: MAX_WAITING, maxWaitMs: MAX_WAIT_MS });

  const findIcon = async (request: LogoRequest, style: Style): Promise<Logo | undefined> => {
    const icon = await icons.find(request.text);
    return icon && drawNamedLogo(icon, request, style);
  };
  const findImage = async (text: string, priority: number): Promise<Logo | undefined> => {
    try {
      const { readImage } = await openReader();
      return await queue.run(priority, () => readImage(text));
    } catch (error) {
      if (!(error instanceof DroppedError)) throw error;
      throw new BadgeError('busy', 'too many images are waiting to be read', { cause: error });
    }
  };

  return {
    async find(request, style, charge) {
      const isOfUser = isImage(request.text);
      const key = isOfUser ? hash('sha256', request.text) : keyOfIcon(request, style);
      const known = kept.get(key);
      if (known !== undefined) return known.logo;
      const logo = isOfUser
        ? await findImage(request.text, charge(IMAGE_COST))
        : await findIcon(request, style);
      if (logo !== undefined || isOfUser) kept.set(key, { logo });
      return logo;
    },
  };
}

function keyOfIcon({ text, color, defaultColor, isAuto }: LogoRequest, style: Style): string {
  return JSON.stringify([text, color, defaultColor, isAuto, style === 'social']);
}

function bytesOf(logo: Logo | undefined): number {
  return logo === undefined ? 0 : logo.href.length + (logo.json.logoSvg?.length ?? 0);
}
