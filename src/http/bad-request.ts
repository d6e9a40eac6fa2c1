import { hash } from 'node:crypto';
import { composeSpec } from '../badges/compose.ts';
import { answerTags } from '../edge/tags.ts';
import { FAULTS } from '../errors.ts';
import { drawSvg } from '../imaging/svg.ts';
import { CONTENT_TYPES, headersOf } from './headers.ts';

/** What Node's parser says of a URL that holds forbidden bytes, and of one that is longer than all headers may be. */
const UNREADABLE_URL = new Set(['HPE_INVALID_URL', 'HPE_HEADER_OVERFLOW']);

/**
 * A whole HTTP answer for a URL that the parser refuses: the badge for a name that cannot be one, since no request
 * ever reaches the application. Undefined for other faults, which no image proxy makes.
 */
export function answerUnreadable(error: NodeJS.ErrnoException): string | undefined {
  if (!UNREADABLE_URL.has(error.code ?? '')) return undefined;
  const { message, color, verdict, cacheClass } = FAULTS['invalid-name'];
  const svg = drawSvg(composeSpec({ label: 'pypi', message, color }, { style: 'flat' }));
  const headers = {
    ...headersOf({
      format: 'svg',
      etag: hash('sha256', svg),
      cacheClass,
      cacheSeconds: 0,
      tags: answerTags('none'),
      verdict,
      source: 'static',
    }),
    'Content-Type': CONTENT_TYPES.svg,
    'Content-Length': `${Buffer.byteLength(svg)}`,
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return ['HTTP/1.1 200 OK', ...lines, '', svg].join('\r\n');
}
