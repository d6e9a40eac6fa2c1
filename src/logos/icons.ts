import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { loadOnce } from '../../cache/load-once.ts';
import { OLD_NAMES, SHIELDS_ALIASES } from './old-names.ts';

/** Paths that are kept; one takes 1.5 kB on average. */
const MAX_PATHS = 256;

const listSchema = z.array(
  z.object({
    title: z.string(),
    slug: z.string(),
    hex: z.string(),
    aliases: z.object({ old: z.array(z.string()).optional() }).optional(),
  }),
);

/** An icon of simple-icons. */
export interface Icon {
  readonly slug: string;
  /** The brand's color, six hex digits. */
  readonly hex: string;
  /** The path, in a box of 24 × 24. */
  readonly path: string;
}

interface Entry {
  readonly slug: string;
  readonly hex: string;
}

interface Names {
  /** Entries by slug and by title. */
  readonly current: ReadonlyMap<string, Entry>;
  /** Entries by titles that simple-icons has renamed. */
  readonly old: ReadonlyMap<string, Entry>;
}

/** The icons of simple-icons. */
export interface Icons {
  /** Returns the icon with a name in any spelling that READMEs use, or undefined. The first call reads the list. */
  readonly find: (name: string) => Promise<Icon | undefined>;
}

/** Creates the icons. They are read on demand, because the whole package would take 30 MB of memory. */
export function createIcons(): Icons {
  const openNames = loadOnce(readNames);
  const paths = new LRUCache<string, string>({ max: MAX_PATHS });
  return {
    async find(name) {
      const entry = findEntry(await openNames(), name);
      if (entry === undefined) return undefined;
      const path = paths.get(entry.slug) ?? (await readPath(entry.slug));
      paths.set(entry.slug, path);
      return { ...entry, path };
    },
  };
}

/**
 * Looks a name up as shields.io does: in lower case, through its aliases, slugs before titles, with spaces or dashes
 * between words. Names that simple-icons has dropped come last.
 */
function findEntry({ current, old }: Names, text: string): Entry | undefined {
  const lower = text.toLowerCase();
  const name = dashed(SHIELDS_ALIASES.get(lower) ?? lower);
  return current.get(name) ?? current.get(OLD_NAMES.get(name) ?? '') ?? old.get(name);
}

/** Returns the slugs of all icons. */
export async function readSlugs(): Promise<string[]> {
  return (await readList()).map(({ slug }) => slug);
}

async function readList(): Promise<z.infer<typeof listSchema>> {
  const file = fileURLToPath(import.meta.resolve('simple-icons/icons.json'));
  return listSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

async function readNames(): Promise<Names> {
  const list = await readList();
  const entries = list.map(({ title, slug, hex, aliases }) => ({
    entry: { slug, hex },
    title: dashed(title.toLowerCase()),
    old: (aliases?.old ?? []).map((name) => dashed(name.toLowerCase())),
  }));
  // Of equal names the first counts, and a slug before a title: later entries of a map replace earlier ones.
  const last = entries.toReversed();
  return {
    current: new Map<string, Entry>([
      ...last.map(({ title, entry }) => [title, entry] as const),
      ...last.map(({ entry }) => [entry.slug, entry] as const),
    ]),
    old: new Map(last.flatMap(({ old, entry }) => old.map((name) => [name, entry] as const))),
  };
}

function dashed(name: string): string {
  return name.replaceAll(' ', '-');
}

async function readPath(slug: string): Promise<string> {
  const file = fileURLToPath(import.meta.resolve(`simple-icons/icons/${slug}.svg`));
  const path = /<path d="([^"]+)"\/>/.exec(await readFile(file, 'utf8'))?.[1];
  if (path === undefined) throw new Error(`the icon ${slug} has no path`);
  return path;
}
