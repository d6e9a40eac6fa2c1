import { SettingsError } from './errors.ts';

/** Defaults of the admin ports. Apart from all other settings, so that a health check does not load those. */
export const ADMIN_ADDRESS = {
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: 8081,
  FOLLOW_ADMIN_PORT: 8085,
} as const;

const MAX_PORT = 65_535;

/**
 * Returns the URL of an admin port on this machine, the service's or the follower's. Throws a `SettingsError` if the
 * setting is not a port.
 */
export function readAdminUrl(
  portName: 'ADMIN_PORT' | 'FOLLOW_ADMIN_PORT',
  // oxlint-disable-next-line node/no-process-env -- loading src/config.ts would double the time of a health check
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const setting = (name: keyof typeof ADMIN_ADDRESS): string =>
    environment[name]?.trim() || `${ADMIN_ADDRESS[name]}`;
  const port = Number(setting(portName));
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT)
    throw new SettingsError(`Invalid settings:\n  ${portName}: must be a port`);
  const host = setting('ADMIN_HOST');
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`;
}
