/** Where commands write; standard output and standard error of the process, or a test's own. */
export interface Output {
  /** One line of the result. */
  readonly line: (text: string) => void;
  /** Progress and warnings; not part of the result. */
  readonly note: (text: string) => void;
  /** Progress in place, on a terminal; nothing elsewhere. */
  readonly progress: (text: string) => void;
}

/** The option of every command that can write for machines. */
export const JSON_OPTION = ['--json', 'one JSON object instead of lines'] as const;

/** Ends the process, once nothing is left to do, with 0 where all went well, else with 1. */
export function finish(isGood: boolean): void {
  process.exitCode = isGood ? 0 : 1;
}

export function createOutput(): Output {
  const { stdout, stderr } = process;
  // Whoever read along has seen enough (`| head`).
  stdout.once('error', () => process.exit());
  return {
    line: (text) => void stdout.write(`${withoutUserInfo(text)}\n`),
    note: (text) => void stderr.write(`${withoutUserInfo(text)}\n`),
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`);
    },
  };
}

/** The text with `…` in the place of what the URLs in it say before `@`: names and passwords. */
export function withoutUserInfo(text: string): string {
  return text.replace(/:\/\/[^/?#\s]*@/g, '://…@');
}

/** The table's rows in columns of equal width. */
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
