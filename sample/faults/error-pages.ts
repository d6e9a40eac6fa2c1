import type { Answer } from '../exchange.ts';

/** An answer without cache headers, as both services give theirs when something is wrong; Flask and the CDN call all text HTML. */
export function textPage(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** A page for people in the manner of the one that PyPI's CDN shows for every 5xx. */
export function cdnPage(status: number, title: string): Answer {
  const page = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title} (${status})</title>
    <style>body { font-family: sans-serif; color: #fff; background: #006dad; text-align: center; }</style>
  </head>
  <body>
    <h1>Sorry, something went wrong</h1>
    <p>The sample index is down for maintenance or is having an outage.</p>
    <p>It does so on purpose: see its switches.</p>
  </body>
</html>
`;
  return textPage(status, page);
}

/** What pypistats.org answers to whoever asks more than 5 times a second or 30 times a minute: no Retry-After, no counts left. */
export function pypistatsLimitPage(): Answer {
  return textPage(429, '<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>');
}
