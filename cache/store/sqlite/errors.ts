/** Primary result codes (https://sqlite.org/rescode.html). */
const ERROR = 1;
const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

/** The file is intact, but belongs to another program or is too large. */
export class UnfitFileError extends Error {}

/** Whether the error means that the file is broken or unfit, not only that an operation failed. */
export function isBroken(error: unknown): boolean {
  const code = resultCode(error);
  return code === CORRUPT || code === NOT_A_DATABASE || error instanceof UnfitFileError;
}

/** Whether the error means that a table or column is missing. */
export function isOfSchema(error: unknown): boolean {
  return resultCode(error) === ERROR;
}

/** Whether the error means that the budget or the disk is full. */
export function isFull(error: unknown): boolean {
  return resultCode(error) === FULL;
}

/** Whether the error means that another process was writing for too long. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}
