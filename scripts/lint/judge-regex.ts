// Whether a regular expression takes time in proportion to its text, whatever the text.
import { checkSync } from 'recheck';

/** Far more than any of ours takes, about a second: the verdict must not depend on how busy the machine is. */
const TIMEOUT_MS = 60_000;

// recheck's other backends wait for a second thread, which never gets its turn inside oxlint.
process.env['RECHECK_SYNC_BACKEND'] = 'pure';

/**
 * Returns undefined for an expression that is linear, else what is wrong with it, to be read after `it`: as wrong as one
 * whose time grows with the square of the text's length is one that cannot be judged.
 */
export function judgeRegex(source: string, flags: string): string | undefined {
  const verdict = checkSync(source, flags, {
    timeout: TIMEOUT_MS,
    attackTimeout: null,
    incubationTimeout: null,
    // Finds what ten, the default, find in a third of the time.
    maxIteration: 3,
  });
  if (verdict.status === 'safe') return undefined;
  if (verdict.status === 'unknown') return `cannot be judged (${verdict.error.kind})`;
  return `is not linear (${verdict.complexity.summary}), for instance on ${verdict.attack.pattern}`;
}
