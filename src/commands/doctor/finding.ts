import type { Output } from '../output.ts';

/** Result of one check: a sentence, and what to do if it is not `ok`, as sentences of their own. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly advice?: string;
}

/** Prints the findings, the advice on lines of their own; returns false if any check failed. */
export function printFindings(
  findings: readonly Finding[],
  isJson: boolean,
  output: Output,
): boolean {
  const isGood = findings.every(({ status }) => status !== 'fail');
  if (isJson) output.line(JSON.stringify({ ok: isGood, findings }));
  else {
    for (const { check, status, detail, advice } of findings) {
      output.line(`${status.padEnd(4)}  ${check}: ${detail}`);
      if (advice !== undefined) output.line(`      ${advice}`);
    }
  }
  return isGood;
}
