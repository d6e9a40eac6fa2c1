import { Agent, request } from 'undici';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Requests with undici over a new connection; follows no redirects and does not decompress. */
export async function ask(
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' = 'GET',
  body: string | null = null,
): Promise<Reply> {
  const dispatcher = new Agent();
  try {
    const {
      statusCode,
      headers: answered,
      body: answer,
    } = await request(url, { dispatcher, headers, method, body });
    return { status: statusCode, headers: answered, text: await answer.text() };
  } finally {
    await dispatcher.destroy();
  }
}
