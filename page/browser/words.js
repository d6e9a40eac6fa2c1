/** @import { Input } from '../types.ts' */
/** @import { Twin } from './twins.js' */

/** Verdicts with which a project has no badges to show. */
export const WITHOUT_BADGES = new Set(['not-found', 'invalid', 'offline']);

/**
 * Returns what is so about a project.
 * @param {string} project
 * @param {Twin} twin
 */
export function wordsOf(project, { verdict, message, retryAfter = '1' }) {
  if (verdict === 'ok') return `Badges of ${project} ${message}`;
  if (verdict === 'stale')
    return `PyPI does not answer at the moment: the badges of ${project} show what was known last.`;
  if (verdict === 'not-found') return `There is no project “${project}” on PyPI.`;
  if (verdict === 'invalid') return `“${project}” cannot be the name of a project.`;
  if (verdict === 'limited')
    return `Too many requests: please wait ${retryAfter} ${retryAfter === '1' ? 'second' : 'seconds'}.`;
  if (verdict === 'offline') return 'pypins does not answer: please try again.';
  return `PyPI does not answer, and nothing is known of ${project} yet. The badges will work when it answers again.`;
}

/**
 * Returns what is so about an input that is no project.
 * @param {Input} input
 */
export function wordsOfInput(input) {
  if (input.type === 'refused') return input.reason;
  if (input.type === 'badge') {
    return input.badge.to === undefined
      ? 'This badge has no counterpart here.'
      : 'The same badge here, with your choices.';
  }
  if (input.type !== 'document') return '';
  const converted = input.badges.filter(({ to }) => to !== undefined).length;
  const others = input.badges.length - converted;
  const stay = others === 1 ? '1 stays as it is, and says' : `${others} stay as they are, and say`;
  const left = others === 0 ? '' : ` ${stay} why.`;
  return `${converted} of ${input.badges.length} badges in this text work here.${left}`;
}
