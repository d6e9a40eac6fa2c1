// Fails where a regular expression of the edge's rules is not linear, or could be missed by this look.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeRegex } from './lint/judge-regex.ts';

const EDGE = join(import.meta.dirname, '../varnish');

// A parameter that is named twice: what is taken possessively is never given back, and \1 is compared once per `&`.
const NOT_JUDGED = [
  String.raw`&([A-Za-z]++=)[^&]*+&\1`,
  String.raw`&([A-Za-z]++=)[^&]*+(?:&\1[^&]*+)+`,
];

const code = globSync('**/*.vcl', { cwd: EDGE })
  .map((file) => withoutComments(readFileSync(join(EDGE, file), 'utf8')))
  .join('\n');
const matched = all(/!?~\s*"([^"]*)"/g);
const substituted = all(/(?<!var\.set\()"([^"]*)",\s*"[^"]*"\)/g);
const patterns = [...new Set(matched.concat(substituted))];

/** Comments and long strings, such as pictures, are left out. */
function withoutComments(vcl: string): string {
  return vcl.replace(
    /("[^"\n]*")|\{"[^]*?"\}|#.*|\/\/.*|\/\*[^]*?\*\//g,
    (_match, text?: string) => text ?? '',
  );
}

function all(pattern: RegExp): string[] {
  return Array.from(code.matchAll(pattern), ([, found]) => found ?? '');
}

/** What a look at `"…"` would miss. */
function findUnseen(): string[] {
  const lists = all(/^acl (\w+)/gm);
  const unseen = all(/~\s*([^"\s)]+)/g).filter((name) => !lists.includes(name));
  const calls = all(/\bregsub(?:all)?\(/g).length;
  if (substituted.length !== calls) unseen.push('a regsub whose arguments are no plain strings');
  return unseen;
}

/** As JavaScript writes it: the few groups that ignore the case make all of it do so, which matches more. */
async function judge(pattern: string): Promise<string | undefined> {
  const spelled = pattern.replaceAll('(?i:', '(?:');
  const verdict = await judgeRegex(spelled, spelled === pattern ? '' : 'i');
  if (!NOT_JUDGED.includes(pattern)) return verdict;
  return verdict?.startsWith('cannot be judged') === true ? undefined : 'can be judged by now';
}

const faults = findUnseen().map((text) => `${text} is not seen`);
for (const pattern of NOT_JUDGED.filter((each) => !patterns.includes(each)))
  faults.push(`${pattern} is not there any more`);
for (const pattern of patterns) {
  const fault = await judge(pattern);
  if (fault !== undefined) faults.push(`${pattern} ${fault}`);
}
for (const fault of faults) console.error(`varnish: ${fault}`);
// recheck's helper would keep the process alive.
process.exit(faults.length === 0 && patterns.length > 20 ? 0 : 1);
