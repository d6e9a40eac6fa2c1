import closeWithGrace from 'close-with-grace';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runFollower } from './commands/follow.ts';
import { addOperatorCommands } from './commands/operators.ts';
import { UsageError } from './commands/purge.ts';
import { render, type RenderRequest, writePicture } from './commands/render.ts';
import { readConfig, SettingsError } from './config.ts';
import { BadgeError } from './errors.ts';
import { formatOf } from './http/paths.ts';
import { type Format, type Scale, STYLES } from './imaging/spec.ts';
import { createLog } from './log.ts';
import { serve } from './main.ts';
import { createMetrics } from './metrics.ts';
import { createServices } from './services.ts';
import { readVersion } from './version.ts';

const STOP_DEADLINE_MS = 15_000;

/** Exit codes: the command failed; it was called wrongly or the settings do not fit. */
const FAILED = 1;
const MISUSED = 2;

const program = new Command('pypins')
  .description('Badge images about Python packages')
  .version(readVersion())
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : MISUSED));

program
  .command('serve')
  .description('serve badges until SIGTERM or SIGINT; settings come from the environment')
  .action(async () => {
    const service = await serve();
    closeWithGrace({ delay: STOP_DEADLINE_MS }, () => service.close());
  });

program
  .command('follow')
  .description("follow PyPI's releases: purge what has changed, so that the edge may keep the rest")
  .action(runFollower);

program
  .command('render')
  .description('draw one badge without a server')
  .argument('<kind>', 'such as version, or pyversions')
  .argument('<project>', 'such as requests')
  .requiredOption('-o, --output <file>', 'file to write, - for standard output')
  .option('--release <release>', 'speak of this release instead of the latest')
  .addOption(new Option('--style <style>', 'how it looks').choices(STYLES).default('flat'))
  .option(
    '--format <format>',
    "the picture's format; by default from the file's name, else svg",
    parseFormat,
  )
  .addOption(
    new Option('--scale <times>', 'size of a raster picture')
      .choices(['1', '2', '3', '4'])
      .default('1'),
  )
  .option('--label <text>', 'the left half; empty removes it')
  .option('--color <color>', 'colour of the right half')
  .option('--label-color <color>', 'colour of the left half')
  .addOption(
    new Option('--period <period>', 'what downloads are counted over').choices([
      'day',
      'week',
      'month',
    ]),
  )
  .addOption(new Option('--prefix <prefix>', 'whether a version wears a v').choices(['v', 'none']))
  .action(renderOne);

addOperatorCommands(program);

interface RenderOptions {
  output: string;
  release?: string;
  style: RenderRequest['style'];
  format?: Format;
  scale: `${Scale}`;
  label?: string;
  color?: string;
  labelColor?: string;
  period?: RenderRequest['options']['period'];
  prefix?: RenderRequest['options']['prefix'];
}

async function renderOne(kind: string, project: string, options: RenderOptions): Promise<void> {
  const { output, period, prefix, scale, ...looks } = options;
  const config = readConfig();
  const version = readVersion();
  const log = createLog('silent');
  const services = await createServices({
    config,
    log: log.log,
    metrics: createMetrics(version),
    version,
  });
  try {
    const request = {
      ...looks,
      kind,
      project,
      options: { ...(period && { period }), ...(prefix && { prefix }) },
      format: looks.format ?? formatOfFile(output),
      scale: SCALES[scale],
      release: looks.release,
    };
    await writePicture(output, await render(services, request));
  } finally {
    await services.close();
    await log.close();
  }
}

const SCALES: Readonly<Record<`${Scale}`, Scale>> = { 1: 1, 2: 2, 3: 3, 4: 4 };

function parseFormat(name: string): Format {
  const format = formatOf(name);
  if (format === undefined || format === 'json')
    throw new InvalidArgumentError('It is not a format of pictures.');
  return format;
}

function formatOfFile(file: string): Format {
  const format = formatOf(file.slice(file.lastIndexOf('.') + 1));
  return format === undefined || format === 'json' ? 'svg' : format;
}

/** Runs the command that the process was called with; a failure ends it, with one line for whoever called. */
export async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(`pypins: ${explain(error)}\n`);
    process.exit(error instanceof SettingsError || error instanceof UsageError ? MISUSED : FAILED);
  }
}

/** One line for whoever called: a failure of ours keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof BadgeError) return `${error.fault.message}: ${error.message}`;
  if (error instanceof SettingsError || error instanceof UsageError) return error.message;
  if (error instanceof Error && 'code' in error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
