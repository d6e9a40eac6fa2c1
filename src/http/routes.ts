import { Router } from '@koa/router';
import { findKind } from '../badges/catalog.ts';
import { BadgeError } from '../errors.ts';
import { formatOf, splitExtension, splitScale } from './urls/paths.ts';
import type { SendApi } from './api/api.ts';
import type { Refresh } from './pages/refresh.ts';
import type { SendBadge } from './badges/send.ts';
import type { BadgeContext, BadgeState } from './state.ts';
import { addStaticRoutes } from './static-routes.ts';
import { addPageRoutes } from './pages/page-routes.ts';
import type { Pages } from './pages/pages.ts';

export interface Answers {
  readonly sendBadge: SendBadge;
  readonly openPages: () => Promise<Pages>;
  readonly refresh: Refresh;
  readonly sendApi: SendApi;
}

/** All routes, of canonical paths (see `canonicalTarget`). Each parses its grammar and hands over to one of the answers. */
export function createRoutes({
  sendBadge,
  openPages,
  refresh,
  sendApi,
}: Answers): Router<BadgeState> {
  const router = new Router<BadgeState>({ strict: true, sensitive: true });

  // Not badges. `/refresh` takes any method, so that it can refuse the wrong ones in JSON.
  addPageRoutes(router, openPages);
  router.all('/refresh/:project', (ctx) => refresh(ctx, param(ctx, 'project')));

  router.all('/api/{*rest}', sendApi);

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

  // shields.io: /pepy/dt/requests.svg
  router.get('/pepy/dt/:project', (ctx) =>
    sendBadge.ofProject(ctx, { kind: findKind('shields', 'dt'), name: stem(ctx, 'project') }),
  );

  // badge.fury.io: /py/requests.svg, /py/requests@2x.png
  router.get('/py/:project', (ctx) => {
    const { name, scale } = splitScale(stem(ctx, 'project'));
    const { parameters } = ctx.state;
    ctx.state.parameters = { ...parameters, scale: parameters.scale ?? scale };
    return sendBadge.ofProject(ctx, { kind: findKind('fury', 'version'), name });
  });

  addStaticRoutes(router, sendBadge);

  // pypip.in: /version/requests/badge.svg. Last, because /pypi/v/badge.svg (the project `badge`) would match it, too.
  router.get('/:kind/:project/badge.:extension', (ctx) => {
    if (formatOf(param(ctx, 'extension')) === undefined)
      throw new BadgeError('no-badge', 'no such format');
    return sendBadge.ofProject(ctx, {
      kind: findKind('pypip', param(ctx, 'kind')),
      name: param(ctx, 'project'),
    });
  });

  // As some READMEs spell it: /version/requests.svg
  router.get('/:kind/:file', (ctx) => {
    const { stem: name, format } = splitExtension(param(ctx, 'file'));
    if (format === undefined) throw new BadgeError('no-badge', 'no such format');
    return sendBadge.ofProject(ctx, { kind: findKind('pypip', param(ctx, 'kind')), name });
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
