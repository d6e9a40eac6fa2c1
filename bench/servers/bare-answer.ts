import { z } from 'zod';

const environmentSchema = z.object({ ANSWER: z.string(), PORT: z.coerce.number() });
const answerSchema = z.object({
  body: z.string(),
  headers: z.record(z.string(), z.string()),
});

/** What a bare server is told to send, and where. */
export function readBareAnswer(): { port: number; headers: Record<string, string>; body: Buffer } {
  const { ANSWER, PORT: port } = environmentSchema.parse(process.env);
  const { headers, body } = answerSchema.parse(JSON.parse(ANSWER));
  return { port, headers, body: Buffer.from(body) };
}
