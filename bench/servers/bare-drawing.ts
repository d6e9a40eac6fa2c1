// The least that a Koa application can do which draws: badge-maker and sharp for each request, with the headers given and
// the digest of the body as its ETag.
import { hash } from 'node:crypto';
import { makeBadge } from 'badge-maker';
import Koa from 'koa';
import { prepareFonts } from '../../src/imaging/fonts/fonts.ts';
import { readBareAnswer } from './bare-answer.ts';

const BADGE = /^\/badge\/(.+)-(.+)-(.+)\.(svg|png)$/;

const { port, headers } = readBareAnswer();
await prepareFonts('.cache/pypins');
const { default: sharp } = await import('sharp');
sharp.cache(false);
sharp.concurrency(1);

const app = new Koa();
app.use(async (ctx) => {
  const [, label = String(ctx.query['label']), message = 'v1.1', color = 'blue', format = 'svg'] =
    BADGE.exec(ctx.path) ?? [];
  const svg = makeBadge({ label, message, color });
  const body =
    format === 'svg' ? svg : await sharp(Buffer.from(svg)).png({ compressionLevel: 4 }).toBuffer();
  ctx.set(headers);
  ctx.set('ETag', `"${hash('sha256', body)}"`);
  ctx.body = body;
});
app.listen(port, '127.0.0.1');
