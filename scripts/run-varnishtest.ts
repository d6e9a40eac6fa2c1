// Runs the cases in varnish/tests against a real varnishd, or only those whose names start with an argument (`k04 x`).
// Prints one line per case and writes reports/varnishtest.json; logs of failed cases are in reports/varnishtest/.
// Without varnishd all cases are skipped, which is a failure in CI.
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
/** Cases mostly wait. */
const PARALLEL = 4;
/** Long enough for a busy machine; longer means that a case hangs. */
const CASE_SECONDS = 180;
/** Each case compiles the rules; without optimization that takes a third of the time. */
const COMPILE_QUICKLY = "cc_command='%D -O0 -g0'";
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Exit code of varnishtest for a case that the machine does not support. */
const SKIPPED = 77;

type Outcome = 'passed' | 'failed' | 'skipped';

/** Without the settings of the edge that cases set themselves. */
const { PURGE_KEY: _, LIMIT_BURST: _burst, LIMIT_PER_SECOND: _rate, ...environment } = process.env;

/** Runs a program; the code is -1 if it is missing or killed. */
function run(program: string, args: string[]): Promise<{ code: number; output: string }> {
  const options = { env: environment, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((done) => {
    execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, output: `${stdout}${stderr}${code === -1 ? (error?.message ?? '') : ''}` });
    });
  });
}

/** Compiles the deployed VCL; returns the error, or undefined if there is none. */
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

// A copy, because varnishd started by root drops its privileges and cannot read a checkout in a home directory.
const EDGE = mkdtempSync(join(tmpdir(), 'pypins-edge-'));
chmodSync(EDGE, 0o755);
cpSync(resolve(import.meta.dirname, '../varnish'), EDGE, { recursive: true });

/** Returns the seconds of delays in a case; the longest cases start first. */
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
