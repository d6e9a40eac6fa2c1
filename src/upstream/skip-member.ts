import { UpstreamError } from './errors.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const NULL = Buffer.from('null');
/** PyPI nests five deep. Megabytes of brackets take a parser seconds and hundreds of megabytes, one in another or in a row. */
const MAX_DEPTH = 64;
const MAX_CONTAINERS = 100_000;

/**
 * Puts `null` in the place of one member of a JSON object while its text comes in, in pieces of any size: what is left
 * out is never held, nor parsed, nor checked. The member is one of the outermost object, and its name is plain ASCII; with
 * none, all is kept. Throws an `UpstreamError` at an object or array that is too deep, or one too many of those kept.
 */
export function createMemberSkipper(member?: string): (chunk: Buffer) => Buffer {
  const name = member === undefined ? undefined : Buffer.from(member);
  let depth = 0;
  let containers = 0;
  let isString = false;
  let isEscaped = false;
  let isSkipping = false;
  /** How much of the string at hand is the member's name; -1 where it is another. */
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
      throw new UpstreamError('unparsable', 'sent more brackets than are parsed');
  };

  /** Gives whether the member's value begins after this byte, or has ended before it. */
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
      }
    }
    if (!isSkipping) kept.push(chunk.subarray(from));
    return Buffer.concat(kept);
  };
}
