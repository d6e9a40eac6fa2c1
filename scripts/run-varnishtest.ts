// Runs the cases in varnish/tests against a real varnishd, or those whose names begin with an argument (`k04 x`). One line a
// case, and reports/varnishtest.json for the tally; what failed is in reports/varnishtest/<case>.log. Without varnishd all
// are skipped, which is a failure in CI.
import { type ExecFileException, execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { describeMissing, isMissing } from '../test/support/programs.ts';

const REPORTS = resolve(import.meta.dirname, '../reports');
const LOGS = join(REPORTS, 'varnishtest');
/** A case waits more than it works. */
const PARALLEL = 4;
/** Says that a case hangs, not that the machine is busy. */
const CASE_SECONDS = 180;
/** Each case compiles the rules, which takes three times as long when the C compiler is to make them fast. */
const COMPILE_QUICKLY = "cc_command='%D -O0 -g0'";
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** What varnishtest ends with where a case does not suit the machine. */
const SKIPPED = 77;

type Outcome = 'passed' | 'failed' | 'skipped';

/** Settings of the edge that a case brings itself. */
const { PURGE_KEY: _, LIMIT_BURST: _burst, LIMIT_PER_SECOND: _rate, ...environment } = process.env;

/** Runs a program to its end; a program that is not there, or is killed, ends with -1. */
function run(program: string, args: string[]): Promise<{ code: number; output: string }> {
  const options = { env: environment, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((done) => {
    execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, output: `${stdout}${stderr}${code === -1 ? (error?.message ?? '') : ''}` });
    });
  });
}

/** Compiles what is deployed: what is wrong with it, undefined where nothing is. */
async function findFault(): Promise<string | undefined> {
  const path = `vcl_path=${join(EDGE, 'backends/local')}`;
  const args = ['-C', '-f', join(EDGE, 'default.vcl'), '-p', path];
  const { code, output } = await run('varnishd', args);
  return code === 0 ? undefined : `varnish/default.vcl does not compile\n${output}`;
}

async function runCase(file: string): Promise<Outcome> {
  const name = basename(file, '.vtc');
  const startedAtMs = performance.now();
  const options = ['-v', '-t', `${CASE_SECONDS}`, '-p', COMPILE_QUICKLY, `-Dedge=${EDGE}`];
  const { code, output } = await run('varnishtest', [...options, join(EDGE, 'tests', file)]);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const outcome = code === 0 ? 'passed' : code === SKIPPED ? 'skipped' : 'failed';
  console.log(`${outcome} ${name} (${seconds} s)`);
  if (outcome !== 'passed') {
    writeFileSync(join(LOGS, `${name}.log`), output);
    for (const line of output.split('\n').filter((each) => each.startsWith('----'))) {
      console.log(`  ${line}`);
    }
  }
  return outcome;
}

async function runAll(files: string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = files.values();
  const work = async (): Promise<void> => {
    for (const file of waiting) outcomes.push(await runCase(file));
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return outcomes;
}

// varnishd drops its rights when root starts it, and could not read a checkout in somebody's home.
const EDGE = mkdtempSync(join(tmpdir(), 'pypins-edge-'));
chmodSync(EDGE, 0o755);
cpSync(resolve(import.meta.dirname, '../varnish'), EDGE, { recursive: true });

/** Seconds that a case waits on purpose: the longest begin first. */
function secondsOf(file: string): number {
  const waits = readFileSync(join(EDGE, 'tests', file), 'utf8').matchAll(/^ *delay ([\d.]+)/gm);
  return Array.from(waits, ([, seconds]) => Number(seconds)).reduce((sum, each) => sum + each, 0);
}

const wanted = process.argv.slice(2);
const files = readdirSync(join(EDGE, 'tests'))
  .filter((name) => name.endsWith('.vtc'))
  .filter((name) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
  .toSorted((one, other) => secondsOf(other) - secondsOf(one));
mkdirSync(LOGS, { recursive: true });

const NEEDED = ['varnishd', 'varnishtest'] as const;
const isSkipped = isMissing(...NEEDED);
const fault = describeMissing(NEEDED) ?? (await findFault());
if (fault !== undefined) console.error(fault);
const outcomes =
  fault === undefined
    ? await runAll(files)
    : files.map((): Outcome => (isSkipped ? 'skipped' : 'failed'));
const count = (outcome: Outcome): number => outcomes.filter((each) => each === outcome).length;
const isGood = outcomes.length > 0 && count('failed') === 0;
const report = {
  numPassedTests: count('passed'),
  numFailedTests: count('failed'),
  numPendingTests: count('skipped'),
  numTodoTests: 0,
  success: isGood,
};
writeFileSync(join(REPORTS, 'varnishtest.json'), `${JSON.stringify(report)}\n`);
rmSync(EDGE, { recursive: true, force: true });
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exit(isGood ? 0 : 1);
