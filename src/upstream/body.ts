import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UpstreamError } from './errors.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING = new Set([0x7b, OPENING_BRACKET]);
const CLOSING = new Set([0x7d, CLOSING_BRACKET]);
const NULL = Buffer.from('null');
/** PyPI nests five deep. A parser takes seconds and hundreds of megabytes for megabytes of brackets. */
const MAX_DEPTH = 64;
const MAX_CONTAINERS = 100_000;
/** Of an array whose items are taken one by one; a longer item is dropped. */
const MAX_ITEMS = 200_000;
const MAX_ITEM_BYTES = 65_536;

export interface BodyOptions {
  readonly encoding?: string | undefined;
  /** Limit of bytes read, after decompression. */
  readonly maxBytes: number;
  /** Limit of bytes kept, without the skipped member. */
  readonly maxKeptBytes: number;
  /** Whether the text is JSON, whose brackets are counted while it arrives. */
  readonly isJson: boolean;
  /** A member of the JSON object that is replaced by `null`. */
  readonly leaveOut?: string | undefined;
  /** If that member is an array: takes the JSON of each of its items. */
  readonly onItem?: ((json: string) => void) | undefined;
}

/**
 * Returns the body as text, decompressed if it is gzip. Stops reading and drops the connection above either limit,
 * so that neither an endless body nor one that unpacks to gigabytes fills the memory.
 */
export async function readBody(
  body: Readable,
  { encoding = 'identity', maxBytes, maxKeptBytes, isJson, leaveOut, onItem }: BodyOptions,
): Promise<string> {
  const chunks: Buffer[] = [];
  const take = isJson ? createMemberSkipper(leaveOut, onItem) : (chunk: Buffer) => chunk;
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    let bytes = 0;
    let keptBytes = 0;
    for await (const chunk of source) {
      const kept = take(chunk);
      bytes += chunk.length;
      keptBytes += kept.length;
      if (bytes > maxBytes || keptBytes > maxKeptBytes)
        throw new UpstreamError('too-large', 'sent too many bytes');
      chunks.push(kept);
    }
  };
  if (encoding === 'gzip') await pipeline(body, createGunzip(), collect);
  else if (encoding === 'identity') await pipeline(body, collect);
  else throw new UpstreamError('unparsable', 'sent an encoding that was not requested');
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Returns a function that replaces one member of a JSON text by `null`, in chunks of any size: the member is never kept,
 * parsed or validated, but if it is an array, `onItem` takes the JSON of each item. It is a member of the outermost object
 * with a plain ASCII name; without a name, all is kept. The function throws an `UpstreamError` for brackets nested too
 * deep, or too many of them in what is kept, and for too many items.
 */
export function createMemberSkipper(
  member?: string,
  onItem?: (json: string) => void,
): (chunk: Buffer) => Buffer {
  const name = member === undefined ? undefined : Buffer.from(member);
  let depth = 0;
  let containers = 0;
  let isString = false;
  let isEscaped = false;
  let isSkipping = false;
  const items = onItem && createItemCollector(onItem);
  /** How many bytes of the current string match the member's name; -1 if it differs. */
  let matched = -1;

  const readString = (byte: number): void => {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) isEscaped = true;
    else if (byte === QUOTE) isString = false;
    if (isString) matched = matched >= 0 && byte === name?.[matched] ? matched + 1 : -1;
  };

  const open = (): void => {
    depth += 1;
    if (!isSkipping) containers += 1;
    if (depth > MAX_DEPTH || containers > MAX_CONTAINERS)
      throw new UpstreamError('unparsable', 'sent too many nested brackets');
  };

  /** Whether the member's value begins after this byte or ends before it. */
  const readMark = (byte: number): boolean => {
    const isMember = depth === 1 && byte === COLON && matched === name?.length;
    const isEnd = isSkipping && depth === 1 && (byte === COMMA || CLOSING.has(byte));
    if (byte === QUOTE) {
      isString = true;
      matched = 0;
    } else if (OPENING.has(byte)) open();
    else if (CLOSING.has(byte)) depth -= 1;
    else if (byte === COMMA || byte === COLON) matched = -1;
    return isMember || isEnd;
  };

  return (chunk) => {
    const kept: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (isString) readString(byte);
      else if (readMark(byte)) {
        if (!isSkipping) kept.push(chunk.subarray(from, at + 1), NULL);
        isSkipping = !isSkipping;
        from = at;
      } else if (isSkipping) items?.read(byte, depth, chunk, at);
    }
    if (!isSkipping) kept.push(chunk.subarray(from));
    else items?.endChunk(chunk);
    return Buffer.concat(kept);
  };
}

/** Collects the items of an array at depth 2, across chunks. */
function createItemCollector(onItem: (json: string) => void) {
  let pieces: Buffer[] | undefined;
  let bytes = 0;
  let from = 0;
  let count = 0;

  const collect = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes > MAX_ITEM_BYTES) pieces = [];
    else pieces?.push(piece);
  };
  const begin = (at: number): void => {
    pieces = [];
    bytes = 0;
    from = at;
  };
  const end = (chunk: Buffer, at: number): void => {
    collect(chunk.subarray(from, at));
    const json = Buffer.concat(pieces ?? []).toString('utf8');
    if (json.trim() === '') return;
    count += 1;
    if (count > MAX_ITEMS) throw new UpstreamError('too-large', 'sent too many items');
    onItem(json);
  };

  return {
    /** Reads a mark that is in no string; `depth` is the one after it. */
    read(byte: number, depth: number, chunk: Buffer, at: number): void {
      if (byte === OPENING_BRACKET && depth === 2) begin(at + 1);
      else if (pieces !== undefined && byte === COMMA && depth === 2) {
        end(chunk, at);
        begin(at + 1);
      } else if (pieces !== undefined && byte === CLOSING_BRACKET && depth === 1) {
        end(chunk, at);
        pieces = undefined;
      }
    },
    endChunk(chunk: Buffer): void {
      if (pieces !== undefined) collect(chunk.subarray(from));
      from = 0;
    },
  };
}
