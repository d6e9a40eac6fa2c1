import { nameOf } from '../edge/nodes.ts';
import type { NodeOutcome } from '../edge/purge.ts';
import type { Picture } from '../imaging/spec.ts';

/** Output of a command. */
export interface Output {
  /** Writes a line of the result to standard output. */
  readonly line: (text: string) => void;
  /** Writes a picture to standard output. */
  readonly picture: (picture: Picture) => Promise<void>;
  /** Writes a warning to standard error. */
  readonly note: (text: string) => void;
  /** Replaces the current line of a terminal; writes nothing elsewhere. */
  readonly progress: (text: string) => void;
}

export const JSON_OPTION = ['--json', 'print one JSON object'] as const;

/** Sets the exit code: 0 for success, otherwise 1. */
export function finish(isGood: boolean): void {
  process.exitCode = isGood ? 0 : 1;
}

export function createOutput(): Output {
  const { stdout, stderr } = process;
  stdout.once('error', endWithoutReader);
  return {
    line: (text) => void stdout.write(`${withoutUserInfo(text)}\n`),
    picture: (picture) => new Promise((resolve) => stdout.write(picture, () => resolve())),
    note: (text) => void stderr.write(`${withoutUserInfo(text)}\n`),
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`);
    },
  };
}

/** Ends the process: the reader has closed the pipe (`| head`), which is no failure, or what was asked cannot be written. */
function endWithoutReader({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') process.exit();
  process.stderr.write(`pypins: standard output cannot be written: ${message}\n`);
  process.exit(1);
}

/** The reason of a failure in one line; `fetch` has it in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** Replaces names and passwords in the URLs of a text by `…`. */
export function withoutUserInfo(text: string): string {
  return text.replace(/:\/\/[^/?#\s]*@/g, '://…@');
}

/** Such as `1 badge` and `2 badges`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Prints the outcome of a purge at each edge node. */
export function printNodes(nodes: readonly NodeOutcome[], output: Output): void {
  for (const node of nodes) {
    const outcome = node.failure ?? `${counted(node.purged ?? 0, 'badge')} purged`;
    output.line(`${nameOf(node)}: ${outcome}`);
  }
}

/** Aligns the cells of a table in columns. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
