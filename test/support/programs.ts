import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the tests run for real, and `make services` installs. */
export const PROGRAMS = [
  'redis-server',
  'varnishd',
  'varnishtest',
  'haproxy',
  'openssl',
  'docker-compose',
  'systemd-analyze',
  'faketime',
] as const;
export type Program = (typeof PROGRAMS)[number];

/** Debian keeps daemons where not everybody looks. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/**
 * Whether a program is not on this machine, so that the tests that need it are skipped: `describe.skipIf(isMissing('haproxy'))`.
 * In CI nothing may be skipped, and the tests run, and fail.
 */
export function isMissing(...programs: readonly Program[]): boolean {
  return process.env['CI'] !== 'true' && programs.some((program) => !isThere(program));
}

/** One message about the programs that are missing, with the command that installs them; undefined where all are there. */
export function describeMissing(programs: readonly Program[] = PROGRAMS): string | undefined {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return undefined;
  return `Missing on this machine: ${missing.join(', ')}. \`make services\` installs what is missing (Debian, as root or by sudo).`;
}

/** Throws the message of `describeMissing` where a program is not there: better than what its start would say. */
export function requirePrograms(...programs: readonly Program[]): void {
  const message = describeMissing(programs);
  if (message !== undefined) throw new Error(message);
}

function isThere(program: Program): boolean {
  return FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
