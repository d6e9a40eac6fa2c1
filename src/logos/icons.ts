import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { OLD_NAMES, SHIELDS_ALIASES } from './old-names.ts';

/** Of 1.5 kB on average. */
const MAX_PATHS = 256;

const listSchema = z.array(
  z.object({
    title: z.string(),
    slug: z.string(),
    hex: z.string(),
    aliases: z.object({ old: z.array(z.string()).optional() }).optional(),
  }),
);
type Entry = z.infer<typeof listSchema>[number];

/** An icon of simple-icons. */
export interface Icon {
  readonly slug: string;
  /** The brand's color, six hex digits. */
  readonly hex: string;
  /** The path, in a box of 24 × 24. */
  readonly path: string;
}

/** The icons of simple-icons by the names that READMEs use. */
export interface Icons {
  /** Returns the icon, or undefined where no icon has that name. The list is read with the first call. */
  readonly find: (name: string) => Promise<Icon | undefined>;
}

type Names = ReadonlyMap<string, Entry>;

/** Reads icons on demand: the whole package in memory would take 30 MB. */
export function createIcons(): Icons {
  let names: Promise<Names> | undefined;
  const icons = new LRUCache<string, Icon>({ max: MAX_PATHS });

  return {
    async find(name) {
      names ??= readNames();
      const entry = lookUp(await names, name);
      if (entry === undefined) return undefined;
      const known = icons.get(entry.slug);
      if (known !== undefined) return known;
      const icon = { slug: entry.slug, hex: entry.hex, path: await readPath(entry.slug) };
      icons.set(entry.slug, icon);
      return icon;
    },
  };
}

/**
 * As shields.io looks a name up: in lower case, its aliases, then slugs before titles, a space or a dash between words. Names
 * that simple-icons has dropped come last.
 */
function lookUp(names: Names, text: string): Entry | undefined {
  const lower = text.toLowerCase();
  const name = (SHIELDS_ALIASES.get(lower) ?? lower).replaceAll(' ', '-');
  const found = names.get(name);
  if (found !== undefined) return found;
  const renamed = OLD_NAMES.get(name);
  return names.get(renamed ?? `old:${name}`);
}

async function readNames(): Promise<Names> {
  const file = fileURLToPath(import.meta.resolve('simple-icons/icons.json'));
  const list = listSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const names = new Map<string, Entry>();
  const add = (name: string, entry: Entry): void => {
    if (!names.has(name)) names.set(name, entry);
  };
  for (const entry of list) add(entry.slug, entry);
  for (const entry of list) {
    const title = entry.title.toLowerCase();
    add(title, entry);
    add(title.replaceAll(' ', '-'), entry);
  }
  for (const entry of list) {
    for (const old of entry.aliases?.old ?? []) {
      add(`old:${old.toLowerCase().replaceAll(' ', '-')}`, entry);
    }
  }
  return names;
}

async function readPath(slug: string): Promise<string> {
  const file = fileURLToPath(import.meta.resolve(`simple-icons/icons/${slug}.svg`));
  const path = /<path d="([^"]+)"\/>/.exec(await readFile(file, 'utf8'))?.[1];
  if (path === undefined) throw new Error(`the icon ${slug} has no path`);
  return path;
}
