import { Router } from '@koa/router';
import Koa from 'koa';
import type { Metrics } from '../metrics.ts';

/** The application on the admin port: `/healthz`, `/readyz` and `/metrics`. */
export function createAdminApp(options: { metrics: Metrics; isReady: () => boolean }): Koa {
  const router = new Router();

  router.get('/healthz', (ctx) => {
    ctx.body = 'ok\n';
  });

  // 503 while the process starts or stops; failing upstreams and stores do not affect it.
  router.get('/readyz', (ctx) => {
    const ready = options.isReady();
    ctx.status = ready ? 200 : 503;
    ctx.body = ready ? 'ready\n' : 'not ready\n';
  });

  router.get('/metrics', async (ctx) => {
    const { contentType, text } = await options.metrics.render();
    ctx.set('Content-Type', contentType);
    ctx.body = text;
  });

  const app = new Koa();
  app.use(async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    await next();
  });
  app.use(router.routes());
  return app;
}
