import { Agent, request } from 'undici';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Asks with undici, which neither follows redirects nor unpacks bodies by itself, over a connection of its own. */
export async function ask(
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' = 'GET',
): Promise<Reply> {
  const dispatcher = new Agent();
  try {
    const {
      statusCode,
      headers: answered,
      body,
    } = await request(url, { dispatcher, headers, method });
    return { status: statusCode, headers: answered, text: await body.text() };
  } finally {
    await dispatcher.destroy();
  }
}
