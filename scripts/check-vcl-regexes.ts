// Fails if a regular expression in varnish/ is not linear, or if this script could overlook one.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeRegex } from './lint/judge-regex.ts';

const EDGE = join(import.meta.dirname, '../varnish');

// They are linear, but are not understood: atomic groups and possessive quantifiers never backtrack. The first two find a
// parameter given twice, and compare \1 once per `&`; the others take an escape for one character.
const NOT_JUDGED = [
  String.raw`&([A-Za-z_]++=)[^&]*+&\1`,
  String.raw`&([A-Za-z_]++=)[^&]*+(?:&\1[^&]*+)+`,
  String.raw`^(?>%[0-9A-Fa-f]{2}|.){1,64}$`,
  String.raw`((?>%[0-9A-Fa-f]{2}|.){128})(?<!%)(?<!%[0-9A-Fa-f])`,
  // Looks from each escape to the end of the next table, at most 700 characters.
  String.raw`(?<!%)(?<!%[0-9A-Fa-f])%(2[DEde]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])(?=[^ ]*+ [^ ]*(?i:\|\1)(.))`,
];

const code = globSync('**/*.vcl', { cwd: EDGE })
  .map((file) => withoutComments(readFileSync(join(EDGE, file), 'utf8')))
  .join('\n');
const matched = all(/ !?~ "([^"]*)"/g);
const substituted = all(/(?<!var\.set\()"([^"]*)",\s*"[^"]*"\)/g);
const patterns = [...new Set(matched.concat(substituted))];

/** Returns VCL without comments and long strings, such as pictures. */
function withoutComments(vcl: string): string {
  return vcl.replace(
    /("[^"\n]*")|\{"[^]*?"\}|#.*|\/\/.*|\/\*[^]*?\*\//g,
    (_match, text?: string) => text ?? '',
  );
}

function all(pattern: RegExp): string[] {
  return Array.from(code.matchAll(pattern), ([, found]) => found ?? '');
}

/** Returns expressions that the search for `"…"` misses. */
function findUnseen(): string[] {
  const lists = all(/^acl (\w+)/gm);
  const unseen = all(/ !?~ ([^"\s)]+)/g).filter((name) => !lists.includes(name));
  const calls = all(/\bregsub(?:all)?\(/g).length;
  if (substituted.length !== calls) unseen.push('a regsub whose arguments are not plain strings');
  return unseen;
}

/** Judges a pattern in JavaScript syntax: if a group ignores case, all of the pattern does, which matches more. */
async function judge(pattern: string): Promise<string | undefined> {
  const spelled = pattern.replaceAll('(?i:', '(?:');
  const verdict = await judgeRegex(spelled, spelled === pattern ? '' : 'i');
  if (!NOT_JUDGED.includes(pattern)) return verdict;
  return verdict?.startsWith('cannot be judged') === true
    ? undefined
    : 'can be judged: remove it from NOT_JUDGED';
}

const faults = findUnseen().map((text) => `${text} is overlooked`);
for (const pattern of NOT_JUDGED.filter((each) => !patterns.includes(each)))
  faults.push(`${pattern} no longer exists: remove it from NOT_JUDGED`);
for (const pattern of patterns) {
  const fault = await judge(pattern);
  if (fault !== undefined) faults.push(`${pattern} ${fault}`);
}
for (const fault of faults) console.error(`varnish: ${fault}`);
// Ends the helper process of recheck, too.
process.exit(faults.length === 0 && patterns.length > 20 ? 0 : 1);
