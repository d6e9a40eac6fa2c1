import { Router } from '@koa/router';
import { findKind } from '../badges/catalog.ts';
import { parseStatic } from '../badges/static.ts';
import { BadgeError } from '../errors.ts';
import { decodeSegment, formatOf, splitExtension } from './paths.ts';
import type { Refresh } from './pages/refresh.ts';
import type { SendBadge } from './badges/send.ts';
import type { BadgeContext, BadgeState } from './state.ts';
import type { SendStatus } from './pages/status.ts';

export interface Answers {
  readonly sendBadge: SendBadge;
  readonly sendStatus: SendStatus;
  readonly refresh: Refresh;
}

/** All routes. Each parses its grammar and hands over to one of the answers. */
export function createRoutes({ sendBadge, sendStatus, refresh }: Answers): Router<BadgeState> {
  const router = new Router<BadgeState>({ strict: true, sensitive: true });

  // Not badges. `/refresh` takes any method, so that it can refuse the wrong ones in JSON.
  router.get('/status', sendStatus);
  router.get('/status.json', sendStatus);
  router.all('/refresh/:project', (ctx) => refresh(ctx, param(ctx, 'project')));

  // shields.io: /pypi/frameworkversions/django/wagtail.svg, or with a release
  router.get('/pypi/frameworkversions/:framework/:project', (ctx) =>
    sendBadge.ofProject(ctx, { kind: frameworkOf(ctx), name: stem(ctx, 'project') }),
  );
  router.get('/pypi/frameworkversions/:framework/:project/:release', (ctx) =>
    sendBadge.ofProject(ctx, {
      kind: frameworkOf(ctx),
      name: param(ctx, 'project'),
      release: stem(ctx, 'release'),
    }),
  );

  // shields.io and badgen.net: /pypi/v/requests.svg, or with a release: /pypi/l/requests/2.31.0.svg
  router.get('/pypi/:kind/:project', (ctx) =>
    sendBadge.ofProject(ctx, {
      kind: findKind('shields', param(ctx, 'kind')),
      name: stem(ctx, 'project'),
    }),
  );
  router.get('/pypi/:kind/:project/:release', (ctx) =>
    sendBadge.ofProject(ctx, {
      kind: findKind('shields', param(ctx, 'kind')),
      name: param(ctx, 'project'),
      release: stem(ctx, 'release'),
    }),
  );

  // badge.fury.io: /py/requests.svg
  router.get('/py/:project', (ctx) =>
    sendBadge.ofProject(ctx, { kind: findKind('fury', 'version'), name: stem(ctx, 'project') }),
  );

  // shields.io's static badges: /badge/docs-passing-brightgreen.svg
  router.get('/badge/*content', (ctx) => {
    const { stem: text } = splitExtension(ctx.path.slice('/badge/'.length));
    const content = parseStatic(decodeSegment(text));
    if (content === undefined) throw new BadgeError('no-badge', 'not a label, message and color');
    return sendBadge.ofContent(ctx, content);
  });

  // pypip.in: /version/requests/badge.svg. Last, because /pypi/v/badge.svg (the project `badge`) would match it, too.
  router.get('/:kind/:project/badge.:extension', (ctx) => {
    if (formatOf(param(ctx, 'extension')) === undefined)
      throw new BadgeError('no-badge', 'no such format');
    return sendBadge.ofProject(ctx, {
      kind: findKind('pypip', param(ctx, 'kind')),
      name: param(ctx, 'project'),
    });
  });

  return router;
}

function param(ctx: BadgeContext & { params: Record<string, string> }, name: string): string {
  return ctx.params[name] ?? '';
}

/** The parameter without a known extension. */
function stem(ctx: BadgeContext & { params: Record<string, string> }, name: string): string {
  return splitExtension(param(ctx, name)).stem;
}

function frameworkOf(ctx: BadgeContext & { params: Record<string, string> }) {
  return findKind('shields', `frameworkversions/${param(ctx, 'framework')}`);
}
