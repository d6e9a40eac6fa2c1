import { toBadgeError } from '../../errors.ts';
import { isPage } from '../urls/paths.ts';
import type { BadgeMiddleware } from '../state.ts';
import type { Pages } from './pages.ts';

/** Middleware: answers a failed request for a page with a page, or with JSON. */
export function errorsAsPages(openPages: () => Promise<Pages>): BadgeMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!isPage(ctx.path)) throw error;
      const failure = toBadgeError(error);
      if (failure.fault.verdict === 'error') ctx.state.error = failure;
      await (await openPages()).failure(ctx, failure);
    }
  };
}
