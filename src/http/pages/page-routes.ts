import type { Router } from '@koa/router';
import { BadgeError } from '../../errors.ts';
import { PAGES } from '../urls/paths.ts';
import type { BadgeState } from '../state.ts';
import type { Pages } from './pages.ts';

/** Adds the routes of pages. `openPages` loads them when they are first requested. */
export function addPageRoutes(router: Router<BadgeState>, openPages: () => Promise<Pages>): void {
  router.get('/assets/*file', async (ctx) => (await openPages()).asset(ctx));
  for (const path of PAGES.filter((page) => !page.endsWith('*'))) {
    router.get(path, async (ctx) => {
      const send = (await openPages()).byPath.get(path);
      if (send === undefined) throw new BadgeError('no-badge', 'no such page');
      return send(ctx);
    });
  }
}
