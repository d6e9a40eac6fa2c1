import { hash } from 'node:crypto';
import { composeSpec } from '../badges/compose.ts';
import { answerTags } from '../edge/tags.ts';
import { FAULTS } from '../errors.ts';
import { drawSvg } from '../imaging/svg.ts';
import { CONTENT_TYPES, headersOf } from './headers.ts';

/** Errors of Node's parser for a URL with forbidden bytes, and for one that exceeds the limit of headers. */
const BAD_URL = new Set(['HPE_INVALID_URL', 'HPE_HEADER_OVERFLOW']);

/**
 * Returns a complete HTTP response for a URL that Node's parser refuses, since such a request never reaches the
 * application: the badge `invalid name`. Returns undefined for other errors, which no image proxy causes.
 */
export function respondToBadRequest(error: NodeJS.ErrnoException): string | undefined {
  if (!BAD_URL.has(error.code ?? '')) return undefined;
  const { message, color, verdict, cacheClass } = FAULTS['invalid-name'];
  const svg = drawSvg(composeSpec({ label: 'pypi', message, color }, { style: 'flat' }));
  const headers = {
    ...headersOf({
      format: 'svg',
      etag: hash('sha256', svg),
      cacheClass,
      cacheSeconds: 0,
      tags: answerTags({ kindId: 'none' }),
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
