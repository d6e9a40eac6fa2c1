import { Router } from '@koa/router';
import Koa from 'koa';
import type { Metrics } from '../metrics.ts';

interface AdminOptions {
  readonly metrics: Metrics;
  readonly isReady: () => boolean;
  /** Whether the edge has found this process; by default it is as soon as it is ready. */
  readonly isFound?: () => boolean;
}

/** The application on the admin port: `/healthz`, `/readyz` and `/metrics`. */
export function createAdminApp(options: AdminOptions): Koa {
  const { metrics, isReady, isFound = isReady } = options;
  const router = new Router();

  router.get('/healthz', (ctx) => {
    ctx.body = 'ok\n';
  });

  // 503 while the process starts or stops; failing upstreams and stores do not affect it. With ?by=edge it is ready once
  // the edge knows: then the next process can be stopped.
  router.get('/readyz', (ctx) => {
    const ready = isReady() && (ctx.query['by'] !== 'edge' || isFound());
    ctx.status = ready ? 200 : 503;
    ctx.body = ready ? 'ready\n' : 'not ready\n';
  });

  router.get('/metrics', async (ctx) => {
    const { contentType, text } = await metrics.render();
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
