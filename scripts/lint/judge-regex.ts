// Checks whether a regular expression takes time proportional to the length of any text.
import { check, checkSync, type Diagnostics } from 'recheck';

const LIMITS = {
  // Far more than the seconds that our expressions take, so that a busy machine does not change the verdict.
  timeout: 1_800_000,
  attackTimeout: null,
  incubationTimeout: null,
  // Finds the same as the default of ten, in a third of the time.
  maxIteration: 3,
};

// The other backends of recheck wait for a second thread, which never runs inside oxlint.
process.env['RECHECK_SYNC_BACKEND'] = 'pure';

/**
 * Returns undefined for a linear expression, else a predicate such as `is not linear`. An expression that cannot be
 * judged is as wrong as a quadratic one.
 */
export function judgeRegexSync(source: string, flags: string): string | undefined {
  return explain(checkSync(source, flags, LIMITS));
}

/** Like `judgeRegexSync`, in a tenth of the time if recheck has a binary for the machine. */
export async function judgeRegex(source: string, flags: string): Promise<string | undefined> {
  return explain(await check(source, flags, LIMITS));
}

function explain(verdict: Diagnostics): string | undefined {
  if (verdict.status === 'safe') return undefined;
  if (verdict.status === 'unknown') return `cannot be judged (${verdict.error.kind})`;
  return `is not linear (${verdict.complexity.summary}), for instance on ${verdict.attack.pattern}`;
}
