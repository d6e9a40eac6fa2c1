import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests run and `make services` installs. */
export const PROGRAMS = [
  'redis-server',
  'redis-sentinel',
  'varnishd',
  'varnishtest',
  'haproxy',
  'openssl',
  'docker-compose',
  'systemd-analyze',
  'faketime',
  'chromium',
  'kubectl',
  'promtool',
] as const;
export type Program = (typeof PROGRAMS)[number];

/** Debian keeps daemons outside the usual PATH. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/**
 * Whether a program is missing, so that tests that need it are skipped: `describe.skipIf(isMissing('haproxy'))`.
 * Always false in CI, where such tests must fail instead.
 */
export function isMissing(...programs: readonly Program[]): boolean {
  return process.env['CI'] !== 'true' && programs.some((program) => !isThere(program));
}

/** Returns a message about missing programs with the command that installs them; undefined if none is missing. */
export function describeMissing(programs: readonly Program[] = PROGRAMS): string | undefined {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return undefined;
  return `Missing on this machine: ${missing.join(', ')}. \`make services\` installs what is missing (Debian, as root or by sudo).`;
}

/** Throws the message of `describeMissing` if a program is missing, which is clearer than a failed start. */
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
