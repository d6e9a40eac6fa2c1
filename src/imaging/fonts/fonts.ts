import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../../cache/content/file.ts';
import { findSystemFonts, SYSTEM_FONTS, type SystemFonts } from './system-fonts.ts';
import { escapeXml } from '../xml.ts';

const { resolve: resolveModule } = createRequire(import.meta.url);

const FONTS = {
  sans: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  sansBold: 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
  helvetica: '@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf',
  helveticaBold: '@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf',
} as const;

/** badge-maker measures with Verdana and Helvetica, whose licenses forbid shipping them; these are as wide. */
const ALIASES: readonly (readonly [family: string, shipped: string])[] = [
  ['Verdana', 'DejaVu Sans'],
  ['Geneva', 'DejaVu Sans'],
  ['sans-serif', 'DejaVu Sans'],
  ['Helvetica Neue', 'Arimo'],
  ['Helvetica', 'Arimo'],
  ['Arial', 'Arimo'],
];

export type FontFiles = Readonly<Record<keyof typeof FONTS, string>>;

/** The fonts of pypins, prepared for the rasterizer. */
export interface FontSet {
  readonly files: FontFiles;
  /** Contains fontconfig's configuration and cache. */
  readonly directory: string;
  /** Identifies the fonts and their aliases; the same on every machine with the same system fonts. */
  readonly fingerprint: string;
  /** Whether there are system fonts, from which letters come that ours lack. */
  readonly hasFallback: boolean;
}

/**
 * Writes a fontconfig configuration with our fonts, and behind them the system's, to the directory, or to a new
 * temporary one if that fails, and sets `FONTCONFIG_FILE`. Call it before sharp is imported. Several processes may prepare the same directory at once.
 * Rejects if no directory can be written.
 */
export async function prepareFonts(
  directory: string,
  systemDirectories: readonly string[] = SYSTEM_FONTS,
): Promise<FontSet> {
  const files = locateFonts();
  const system = await findSystemFonts(systemDirectories);
  const fingerprint = await fingerprintFonts(files, system);
  const config = { files, system, fingerprint };
  const prepared = await prepareSomewhere(directory, config);
  // oxlint-disable-next-line node/no-process-env -- fontconfig reads it from the C library's environment
  process.env['FONTCONFIG_FILE'] = join(prepared, 'fonts.conf');
  return { files, directory: prepared, fingerprint, hasFallback: system.files.length > 0 };
}

function locateFonts(): FontFiles {
  return {
    sans: resolveModule(FONTS.sans),
    sansBold: resolveModule(FONTS.sansBold),
    helvetica: resolveModule(FONTS.helvetica),
    helveticaBold: resolveModule(FONTS.helveticaBold),
  };
}

async function fingerprintFonts(files: FontFiles, system: SystemFonts): Promise<string> {
  const contents = await Promise.all(Object.values(files).map((file) => readFile(file)));
  const digest = createHash('sha256').update(JSON.stringify([ALIASES, system.files]));
  for (const content of contents) digest.update(content);
  return digest.digest('hex').slice(0, 16);
}

interface FontConfig extends Pick<FontSet, 'files' | 'fingerprint'> {
  readonly system: SystemFonts;
}

async function prepareSomewhere(directory: string, config: FontConfig): Promise<string> {
  try {
    return await writeFontconfig(resolve(directory), config);
  } catch {
    // Read-only, full or not a directory: a few kilobytes anywhere are enough.
    const fallback = await mkdtemp(join(tmpdir(), 'pypins-fonts-'));
    return writeFontconfig(fallback, config);
  }
}

// The directory's name is a hash of its content, so an existing one is always valid.
async function writeFontconfig(
  parent: string,
  { files, system, fingerprint }: FontConfig,
): Promise<string> {
  const paths = Object.values(files);
  const name = createHash('sha256')
    .update(JSON.stringify([fingerprint, paths, system.directories]))
    .digest('hex');
  const directory = join(parent, `fonts-${name.slice(0, 16)}`);
  await makeFolder(directory);
  const unfinished = join(directory, `fonts.conf.${randomUUID()}`);
  await writeFile(unfinished, await renderConfig(paths, system, join(directory, 'cache')));
  await rename(unfinished, join(directory, 'fonts.conf'));
  return directory;
}

// Fonts are read from node_modules and never rescanned, so that letters survive the removal of this directory.
async function renderConfig(
  fonts: readonly string[],
  system: SystemFonts,
  cacheDirectory: string,
): Promise<string> {
  const directories = [...new Set(fonts.map((font) => dirname(font)))];
  const present = await Promise.all(directories.map(listFiles));
  const others = present.flat().filter((file) => !fonts.includes(file));
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    '<config><rescan><int>0</int></rescan></config>',
    ...[...directories, ...system.directories].map((path) => `<dir>${escapeXml(path)}</dir>`),
    `<cachedir>${escapeXml(cacheDirectory)}</cachedir>`,
    // Fonts are rejected one by one: the precedence of acceptfont depends on fontconfig's version.
    '<selectfont><rejectfont>',
    ...[...others, ...system.rejected].map((path) => `<glob>${escapeXml(path)}</glob>`),
    '</rejectfont></selectfont>',
    ...ALIASES.map(
      ([family, shipped]) =>
        `<alias binding="same"><family>${family}</family><prefer><family>${shipped}</family></prefer></alias>`,
    ),
    '</fontconfig>',
    '',
  ].join('\n');
}

async function listFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).map((name) => join(directory, name));
}

/** A font is gone or may not be read, such as while packages are installed anew under a running process. */
export class FontUnreadableError extends Error {
  constructor(cause: Error) {
    super(`no letters can be drawn, because a font cannot be read: ${cause.message}`, { cause });
    this.name = 'FontUnreadableError';
  }
}

/**
 * Whether `count` more files can be opened; takes 6 µs each. If librsvg cannot open a font, its thread draws every
 * letter as a box from then on, without an error. Throws a `FontUnreadableError` if there are descriptors, but no font.
 */
export function canOpen(fontFile: string, count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync(fontFile, 'r'));
    return true;
  } catch (error) {
    const isFull = error instanceof Error && /^E[MN]FILE/.test(error.message);
    if (error instanceof Error && !isFull) throw new FontUnreadableError(error);
    return false;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
