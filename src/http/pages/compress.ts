import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);
/** Smaller bodies fit into one packet anyway. */
const MIN_BYTES = 1_000;
/** Quality of what is compressed for each request: higher ones take ten times as long. */
const QUICK_QUALITY = 5;

export type Encoding = 'br' | 'gzip';

/** Returns the best encoding that a client accepts (RFC 9110 §12.5.3), or undefined for none. */
export function chooseEncoding(accepted: string | undefined): Encoding | undefined {
  const items = (accepted ?? '')
    .toLowerCase()
    .split(',')
    .map((item) => item.split(';').map((part) => part.trim()));
  const accepts = (name: Encoding): boolean =>
    items.some(([given, quality]) => given === name && !/^q=0(?:\.0*)?$/.test(quality ?? ''));
  return (['br', 'gzip'] as const).find(accepts);
}

/** Returns the body in an encoding; undefined where compressing is not worth it. */
export async function compress(
  body: Buffer,
  encoding: Encoding,
  isLasting: boolean,
): Promise<Buffer | undefined> {
  if (body.length < MIN_BYTES) return undefined;
  if (encoding === 'gzip') return compressGzip(body);
  const quality = isLasting ? constants.BROTLI_MAX_QUALITY : QUICK_QUALITY;
  return compressBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
}
