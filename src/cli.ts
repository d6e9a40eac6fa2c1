#!/usr/bin/env node
import { flushCompileCache } from 'node:module';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { withoutUserInfo } from './commands/output.ts';
import { BadgeError, UsageError } from './errors.ts';

/** Exit codes: the command failed; it was called wrongly or the settings do not fit. */
const FAILED = 1;
const MISUSED = 2;

interface CommandEntry {
  readonly description: string;
  /** Loads the command, whose `define` adds its arguments, its options and what it does. */
  readonly load: () => Promise<{ readonly define: (command: Command) => void }>;
}

/** Every command by its name. Only the one that is called is loaded. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map(
  Object.entries({
    serve: {
      description: 'serve badges until SIGTERM or SIGINT; settings come from the environment',
      load: () => import('./commands/serve.ts'),
    },
    follow: {
      description:
        "follow PyPI's releases: purge what has changed, so that the edge may keep the rest",
      load: () => import('./commands/follow.ts'),
    },
    render: {
      description: 'draw one badge without a server',
      load: () => import('./commands/render.ts'),
    },
    purge: {
      description: 'make the badges of a project due, in the facts and at every node of the edge',
      load: () => import('./commands/purge.ts'),
    },
    refresh: {
      description:
        'after a release: ask PyPI until it tells of it, and purge the project at the edge',
      load: () => import('./commands/refresh.ts'),
    },
    warm: {
      description: 'ask the edge for badges, so that readers find them there',
      load: () => import('./commands/warm.ts'),
    },
    doctor: {
      description: 'look at all that the service needs, and say what to do',
      load: () => import('./commands/doctor.ts'),
    },
    stats: {
      description: "hit ratios of the tiers, budgets and top misses, from the nodes' metrics",
      load: () => import('./commands/stats.ts'),
    },
    health: {
      description:
        'whether the service on this machine takes requests; for health checks of containers',
      load: () => import('./commands/health.ts'),
    },
  } satisfies Record<string, CommandEntry>),
);

if (import.meta.main) {
  try {
    await run(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`pypins: ${withoutUserInfo(explain(error))}\n`);
    process.exit(error instanceof UsageError ? MISUSED : FAILED);
  }
  // Node writes it at the end, which kill -9 leaves out: the next start would take 20 MB more.
  flushCompileCache();
}

/** Runs the command that the words call; for `serve` and `follow`, until they have started. */
async function run(words: readonly string[]): Promise<void> {
  const program = new Command('pypins')
    .description('Badge images about Python packages')
    .version(manifest.version)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : MISUSED));
  const called = words.find((word) => COMMANDS.has(word));
  for (const [name, { description, load }] of COMMANDS) {
    const command = program.command(name).description(description);
    if (name === called) (await load()).define(command);
  }
  await program.parseAsync(words, { from: 'user' });
}

/** One line for whoever called: a failure of ours keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof BadgeError) return `${error.fault.message}: ${error.message}`;
  if (error instanceof UsageError) return error.message;
  if (error instanceof Error && 'code' in error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
