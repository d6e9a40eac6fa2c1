// Whether a regular expression takes time in proportion to its text, whatever the text.
import { check, checkSync, type Diagnostics } from 'recheck';

const LIMITS = {
  // Far more than any of ours takes, about a second: the verdict must not depend on how busy the machine is.
  timeout: 60_000,
  attackTimeout: null,
  incubationTimeout: null,
  // Finds what ten, the default, find in a third of the time.
  maxIteration: 3,
};

// recheck's other backends wait for a second thread, which never gets its turn inside oxlint.
process.env['RECHECK_SYNC_BACKEND'] = 'pure';

/**
 * Returns undefined for an expression that is linear, else what is wrong with it, to be read after `it`: as wrong as one
 * whose time grows with the square of the text's length is one that cannot be judged.
 */
export function judgeRegexSync(source: string, flags: string): string | undefined {
  return explain(checkSync(source, flags, LIMITS));
}

/** As `judgeRegexSync`, in a tenth of the time where recheck has a program for the machine. */
export async function judgeRegex(source: string, flags: string): Promise<string | undefined> {
  return explain(await check(source, flags, LIMITS));
}

function explain(verdict: Diagnostics): string | undefined {
  if (verdict.status === 'safe') return undefined;
  if (verdict.status === 'unknown') return `cannot be judged (${verdict.error.kind})`;
  return `is not linear (${verdict.complexity.summary}), for instance on ${verdict.attack.pattern}`;
}
