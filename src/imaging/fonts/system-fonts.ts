import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where operating systems keep fonts. */
export const SYSTEM_FONTS: readonly string[] = ['/usr/share/fonts', '/usr/local/share/fonts'];

const FONT_FILE = /\.(?:ttf|ttc|otf|otc)$/i;
/** Fonts that could replace ours, by file name: another version of them, or the families that ours stand for. */
const RIVALS = ['DejaVu', 'Arimo', 'Verdana', 'verdana', 'Helvetica', 'Arial', 'arial', 'Geneva'];
/** A fingerprint names no more files; hardly a machine has as many. */
const MAX_FILES = 10_000;

/** The machine's own fonts, for letters that ours lack. */
export interface SystemFonts {
  readonly directories: readonly string[];
  /** Patterns of the files that are not used, for fontconfig. */
  readonly rejected: readonly string[];
  /** Names and sizes of the files that are used: the same on machines with the same packages. */
  readonly files: readonly string[];
}

/** Lists the fonts in the directories that exist. Never rejects. */
export async function findSystemFonts(directories: readonly string[]): Promise<SystemFonts> {
  const found = await Promise.all(directories.map(listFonts));
  return {
    directories: directories.filter((_, i) => found[i]?.length),
    rejected: directories.flatMap((path) => RIVALS.map((name) => `${path}/*${name}*`)),
    files: found.flat().toSorted().slice(0, MAX_FILES),
  };
}

async function listFonts(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  const names = entries.filter(
    (name) => FONT_FILE.test(name) && !RIVALS.some((rival) => name.includes(rival)),
  );
  return Promise.all(
    names.map(async (name) => {
      const { size } = await stat(join(directory, name)).catch(() => ({ size: 0 }));
      return `${name} ${size}`;
    }),
  );
}
