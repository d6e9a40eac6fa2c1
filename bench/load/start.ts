import { PYPINS, SHARED_CODE } from '../../stack/program.ts';
import { type Figure, type Measured, ratioFigure, withSpread } from '../report/figures.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { runProgram, TELL_USAGE } from '../servers/run-program.ts';

const ROUNDS = 7;
/** Where `node -e 0` takes 0.09 s, these are a second and 0.3 s. */
const START_GOAL = 11;
const COMMAND_GOAL = 3.3;
const MEMORY_GOAL_MEGABYTES = 70;
/** Each does what it does to the end: nothing listens where `health` asks. */
const COMMANDS = ['--version', '--help', 'health'];

/** Whole processes, beside `node -e 0` in the same minute; all but Node itself with code that Node has compiled before. */
export async function measureStart(): Promise<Measured> {
  const figures: Figure[] = await measureFirstBadge();
  for (const command of COMMANDS) figures.push(...(await measureCommand(command)));
  return { figures };
}

/** From the start of the process to its first badge, with an empty cache: fonts, their self-test and all. */
async function measureFirstBadge(): Promise<Figure[]> {
  const upstream = await startProgram('upstream.ts', [], {});
  const seconds: number[] = [];
  const ratios: number[] = [];
  // The first one compiles.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const startedAtMs = performance.now();
    const service = await startService({ PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url });
    const response = await fetch(`${service.url}/version/package-1/badge.svg`);
    if (response.headers.get('x-badge-status') !== 'ok') throw new Error('no badge');
    const tookSeconds = (performance.now() - startedAtMs) / 1000;
    await service.stop();
    if (round === 0) continue;
    seconds.push(tookSeconds);
    ratios.push(tookSeconds / (await runNode()).seconds);
  }
  await upstream.stop();
  return [figureOf('start', 'start to first badge, empty cache', START_GOAL, { seconds, ratios })];
}

async function measureCommand(command: string): Promise<Figure[]> {
  const runCommand = () => runProgram(PYPINS, [command], { ...SHARED_CODE, ADMIN_PORT: '9' });
  const seconds: number[] = [];
  const ratios: number[] = [];
  await runCommand();
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = await runCommand();
    seconds.push(ours.seconds);
    ratios.push(ours.seconds / (await runNode()).seconds);
  }
  const { peakMegabytes } = await runProgram(PYPINS, [command], {
    ...SHARED_CODE,
    NODE_OPTIONS: TELL_USAGE,
  });
  const key = command.replace(/^-+/, '');
  return [
    figureOf(key, `pypins ${command}`, COMMAND_GOAL, { seconds, ratios }),
    {
      key: `${key}-memory`,
      what: `pypins ${command}, peak of memory, MB`,
      measured: peakMegabytes.toFixed(0),
      goal: `≤ ${MEMORY_GOAL_MEGABYTES}`,
      met: peakMegabytes <= MEMORY_GOAL_MEGABYTES,
    },
  ];
}

function figureOf(
  key: string,
  what: string,
  atMost: number,
  { seconds, ratios }: { seconds: readonly number[]; ratios: readonly number[] },
): Figure {
  const took = `${withSpread(seconds)} s`;
  return ratioFigure({ key, what: `${what} (${took}), to node -e 0`, ratios, atMost });
}

const runNode = () => runProgram(process.execPath, ['-e', '0'], {});
