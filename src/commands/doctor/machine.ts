import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { createImaging } from '../../imaging/imaging.ts';
import type { Scripts } from '../../imaging/fonts/scripts.ts';
import { reasonOf } from '../output.ts';
import type { Finding } from './finding.ts';

/** What to do about a directory that cannot be written, by the system's error code. */
const DISK_ADVICE: Readonly<Record<string, string>> = {
  ENOSPC:
    'Make room on the disk: df, and df -i for the number of files. Badges are served meanwhile, more slowly.',
  EDQUOT: 'Raise the disk quota of this user. Badges are served meanwhile, more slowly.',
  EROFS: 'Mount the file system for writing, or set CACHE_DIR to a directory on another one.',
  EACCES: 'Run this as the user of the service, or give CACHE_DIR to that user.',
  EPERM: 'Run this as the user of the service, or give CACHE_DIR to that user.',
  ENOTDIR: 'Set CACHE_DIR to a directory.',
};
/** Debian's packages for scripts that many badges contain. */
const ADVISED_FONTS = [
  { fonts: 'fonts-noto-cjk', scripts: ['Chinese', 'Japanese', 'Korean'] },
  { fonts: 'fonts-noto-color-emoji', scripts: ['emoji'] },
];
const OTHER_ADVICE = 'Set CACHE_DIR to a directory that this user may write.';

/** Checks that files can be written in `CACHE_DIR`, and how much room there is. */
export async function checkDisk({ CACHE_DIR, CACHE_MAX_BYTES }: Config): Promise<Finding> {
  const check = 'disk';
  const probe = join(CACHE_DIR, `doctor-${process.pid}`);
  try {
    await mkdir(CACHE_DIR, { recursive: true });
    await writeFile(probe, 'x');
    await rm(probe);
    const { bavail, bsize } = await statfs(CACHE_DIR);
    const freeBytes = bavail * bsize;
    const detail = `${CACHE_DIR} has ${Math.round(freeBytes / 1e6)} MB free`;
    if (freeBytes > CACHE_MAX_BYTES) return { check, status: 'ok', detail };
    const maxMegabytes = Math.round(CACHE_MAX_BYTES / 1e6);
    return {
      check,
      status: 'warn',
      detail: `${detail}, less than CACHE_MAX_BYTES (${maxMegabytes} MB)`,
      advice: 'Lower CACHE_MAX_BYTES, or make room.',
    };
  } catch (error) {
    return diskFault(error);
  }
}

/** Returns the finding for a directory that cannot be written. */
export function diskFault(error: unknown): Finding {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const advice = DISK_ADVICE[code] ?? OTHER_ADVICE;
  return { check: 'disk', status: 'fail', detail: reasonOf(error), advice };
}

/** Checks that letters are drawn, and of which scripts. */
export async function checkFonts({ CACHE_DIR }: Config): Promise<Finding[]> {
  const check = 'fonts';
  try {
    const directory = join(CACHE_DIR, 'fonts');
    const imaging = await createImaging({ directory, concurrency: 1, queueLimit: 1 });
    const detail = `letters are drawn (renderer ${imaging.fingerprint})`;
    return [{ check, status: 'ok', detail }, checkScripts(await imaging.testScripts())];
  } catch (error) {
    const advice = 'Install the packages again: npm ci.';
    return [{ check, status: 'fail', detail: reasonOf(error), advice }];
  }
}

function checkScripts({ drawn, missing }: Scripts): Finding {
  const check = 'scripts';
  const others = missing.length === 0 ? '' : `, but not ${missing.join(', ')}`;
  const detail = `the fonts have ${drawn.join(', ')}${others}`;
  const advised = ADVISED_FONTS.filter(({ scripts }) =>
    scripts.some((one) => missing.includes(one)),
  );
  if (advised.length === 0) return { check, status: 'ok', detail };
  const advice = `Install ${advised.map(({ fonts }) => fonts).join(' and ')}, and restart.`;
  return { check, status: 'warn', detail, advice };
}
