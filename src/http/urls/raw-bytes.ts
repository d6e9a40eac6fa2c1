import { Duplex } from 'node:stream';

/** What Node tells about a request that it cannot parse. */
export interface ParseError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** The head of a request whose target contains raw bytes; the rest of the packet is not read. */
const HEAD = /^((?:GET|HEAD) )([!-~\x80-\xff]+)( HTTP\/1\.[01]\r\n)(?:[^\r\n]+\r\n)*\r\n/;

/**
 * Returns the head of the request with the raw bytes of its URL escaped, if that is what Node's parser, which accepts
 * only ASCII there, has refused. The connection is closed afterwards.
 */
export function escapeRawBytes({ code, rawPacket }: ParseError): Buffer | undefined {
  if (code !== 'HPE_INVALID_URL' || rawPacket === undefined) return undefined;
  const [head, method, target = '', version] = HEAD.exec(rawPacket.toString('latin1')) ?? [];
  if (head === undefined || !/[\x80-\xff]/.test(target)) return undefined;
  const escaped = target.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  const rest = head.slice(head.indexOf('\r\n') + 2);
  return Buffer.from(`${method}${escaped}${version}Connection: close\r\n${rest}`, 'latin1');
}

/** A connection that sends a request again in another form; the response goes to the first connection. */
export class Resent extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly #socket: Duplex;

  constructor(socket: Duplex & { readonly remoteAddress?: string | undefined }, request: Buffer) {
    super();
    this.remoteAddress = socket.remoteAddress;
    this.#socket = socket;
    this.push(request);
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    // All of it is there.
  }

  override _write(
    chunk: Buffer,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }
}
