import manifest from '../../package.json' with { type: 'json' };
import { type Config, type Environment, misspeltSettings, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import type { ServicesOptions } from '../services.ts';
import { createOutput } from './output.ts';
import { giveToOwnerAtExit } from './ownership.ts';

/** Settings, log and metrics of a command. */
export interface Context extends ServicesOptions {
  /** Flushes the log. */
  readonly closeLog: () => Promise<void>;
}

/**
 * Reads the settings and opens the log. Warns of misspelt settings: in the log, or for a command without one on standard
 * error. Throws a `SettingsError` if the environment is invalid.
 */
export function createContext(
  environment?: Environment,
  { level, servesBadges = false }: { level?: 'silent'; servesBadges?: boolean } = {},
): Context {
  const config = readConfig(environment, { servesBadges });
  const { version } = manifest;
  const { log, close } = createLog(level ?? config.LOG_LEVEL);
  giveToOwnerAtExit(config.CACHE_DIR);
  for (const warning of misspeltSettings(environment)) {
    if (level === 'silent') createOutput().note(warning);
    else log.warn(warning);
  }
  return { config, log, metrics: createMetrics(version), version, closeLog: close };
}

/** Opens something for a command, closes it after the work, and returns the work's result; logs nothing. */
export async function withOpened<T extends { readonly close: () => Promise<void> }, R = void>(
  open: (context: Context) => Promise<T>,
  work: (opened: T, config: Config) => Promise<R>,
): Promise<R> {
  const context = createContext(undefined, { level: 'silent' });
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
