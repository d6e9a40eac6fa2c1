import manifest from '../../package.json' with { type: 'json' };
import { type Config, type Environment, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import type { ServicesOptions } from '../stores.ts';

/** What a command makes its services from. */
export interface Context extends ServicesOptions {
  /** Writes what is left of the log. */
  readonly closeLog: () => Promise<void>;
}

/**
 * Reads the settings, and logs at the level that they name where none is given. Throws a `SettingsError` when the
 * environment does not fit.
 */
export function createContext(environment?: Environment, level?: 'silent'): Context {
  const config = readConfig(environment);
  const { version } = manifest;
  const { log, close } = createLog(level ?? config.LOG_LEVEL);
  return { config, log, metrics: createMetrics(version), version, closeLog: close };
}

/** Opens something for the time of a command, closes it, and returns what the work gave; nothing is logged. */
export async function withOpened<T extends { readonly close: () => Promise<void> }, R = void>(
  open: (context: Context) => Promise<T>,
  work: (opened: T, config: Config) => Promise<R>,
): Promise<R> {
  const context = createContext(undefined, 'silent');
  try {
    const opened = await open(context);
    try {
      return await work(opened, context.config);
    } finally {
      await opened.close();
    }
  } finally {
    await context.closeLog();
  }
}
