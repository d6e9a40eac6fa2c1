#!/usr/bin/env node
import { flushCompileCache } from 'node:module';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { withoutUserInfo } from './commands/output.ts';
import { BadgeError, CommandError, sentenceOf, UsageError } from './errors.ts';

const EXIT_FAILURE = 1;
/** Wrong arguments or invalid settings. */
const EXIT_USAGE = 2;

interface CommandEntry {
  readonly description: string;
  /** Loads the command; `define` adds its arguments, options and action. */
  readonly load: () => Promise<{ readonly define: (command: Command) => void }>;
}

/** All commands by name. Only the one that is called is loaded. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map(
  Object.entries({
    serve: {
      description: 'serve badges until SIGTERM or SIGINT; settings are environment variables',
      load: () => import('./commands/serve.ts'),
    },
    follow: {
      description:
        "follow PyPI's releases and purge changed badges, so that the edge keeps the others",
      load: () => import('./commands/follow.ts'),
    },
    render: {
      description: 'draw one badge without a server',
      load: () => import('./commands/render.ts'),
    },
    purge: {
      description: 'expire the facts of a project and purge its badges at every edge node',
      load: () => import('./commands/purge.ts'),
    },
    refresh: {
      description:
        'after an upload, fetch the project until PyPI serves the release, and purge its badges',
      load: () => import('./commands/refresh.ts'),
    },
    warm: {
      description: 'request badges from the edge, so that it has them in its cache',
      load: () => import('./commands/warm.ts'),
    },
    downloads: {
      description: 'load the download counts of all projects, or compare them with pypistats.org',
      load: () => import('./commands/downloads.ts'),
    },
    doctor: {
      description: 'check everything that the service needs, and advise on problems',
      load: () => import('./commands/doctor/doctor.ts'),
    },
    stats: {
      description: "print hit ratios, the budget and top misses from the nodes' metrics",
      load: () => import('./commands/stats.ts'),
    },
    health: {
      description: 'check that the service on this machine is ready (for container health checks)',
      load: () => import('./commands/health.ts'),
    },
  } satisfies Record<string, CommandEntry>),
);

if (import.meta.main) {
  try {
    await run(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`pypins: ${withoutUserInfo(explain(error))}\n`);
    process.exit(isUsage(error) ? EXIT_USAGE : EXIT_FAILURE);
  }
  // Node writes the cache only on exit; without it, a start after kill -9 takes 20 MB more.
  flushCompileCache();
}

/** Runs the command that the arguments name; for `serve` and `follow`, until they have started. */
async function run(words: readonly string[]): Promise<void> {
  const program = new Command('pypins')
    .description('Badge images about Python packages')
    .version(manifest.version)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));
  const called = words.find((word) => COMMANDS.has(word));
  for (const [name, { description, load }] of COMMANDS) {
    const command = program.command(name).description(description);
    if (name === called) (await load()).define(command);
  }
  await program.parseAsync(words, { from: 'user' });
}

/** Whether the arguments are wrong: the same mistake has the same exit code in every command. */
function isUsage(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    (error instanceof BadgeError && error.fault.verdict === 'invalid')
  );
}

/** The message to print; unexpected errors keep their stack. */
function explain(error: unknown): string {
  if (error instanceof BadgeError) return `${error.fault.message}: ${sentenceOf(error)}`;
  if (error instanceof UsageError || error instanceof CommandError) return error.message;
  if (error instanceof Error && 'code' in error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
