// The least that a Koa application can do: the same bytes, with the same headers.
import Koa from 'koa';
import { z } from 'zod';

const environment = z.object({ ANSWER: z.string(), PORT: z.coerce.number() }).parse(process.env);
const answer = z
  .object({ body: z.string(), headers: z.record(z.string(), z.string()) })
  .parse(JSON.parse(environment.ANSWER));
const body = Buffer.from(answer.body);

const app = new Koa();
app.use((ctx) => {
  ctx.set(answer.headers);
  ctx.body = body;
});
app.listen(environment.PORT, '127.0.0.1');
