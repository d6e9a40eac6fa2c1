import { SettingsError } from './errors.ts';

/** Where operators look, by default. Apart from all other settings, so that a health check loads none of them. */
export const ADMIN_ADDRESS = {
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: 8081,
  FOLLOW_ADMIN_PORT: 8085,
} as const;

const MAX_PORT = 65_535;

/**
 * The URL of the port for operators on this machine, of the service or of the follower, by the environment. Throws a
 * `SettingsError` where that holds no port.
 */
export function readAdminUrl(
  portName: 'ADMIN_PORT' | 'FOLLOW_ADMIN_PORT',
  // oxlint-disable-next-line node/no-process-env -- src/config.ts takes as long to load as all the rest
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const setting = (name: keyof typeof ADMIN_ADDRESS): string =>
    environment[name]?.trim() || `${ADMIN_ADDRESS[name]}`;
  const port = Number(setting(portName));
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT)
    throw new SettingsError(`These settings do not fit:\n  ${portName}: must be a port`);
  const host = setting('ADMIN_HOST');
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`;
}
