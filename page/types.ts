// Types of the page's modules. They run in browsers, in the service and in the tests.

/** What the page knows of the catalog of badges: data of `src/badges`, as JSON. */
export interface Catalog {
  readonly kinds: readonly CatalogKind[];
  readonly parameters: readonly CatalogParameter[];
  /** The styles, each with a badge that shows it. */
  readonly styles: readonly CatalogStyle[];
  /** Extensions of badges, without the dot. */
  readonly extensions: readonly string[];
  /** Pattern of a project's name. */
  readonly projectName: string;
}

export interface CatalogStyle {
  readonly name: string;
  /** Path and query of its badge, and the size of that in pixels. */
  readonly image: string;
  readonly width: number;
  readonly height: number;
}

export interface CatalogKind {
  readonly id: string;
  /** What the badge is about, in a few words. */
  readonly title: string;
  readonly about: string;
  readonly facts: 'project' | 'simple' | 'downloads';
  /** Path of its badges, with `{project}` and `{extension}`. */
  readonly path: string;
  /** Shown for projects of that framework alone. */
  readonly isFramework: boolean;
  readonly names: Readonly<Partial<Record<'pypip' | 'shields' | 'fury', readonly string[]>>>;
  /** Parameters that change its content. */
  readonly parameters: readonly string[];
}

export interface CatalogParameter {
  readonly name: string;
  readonly changes: 'content' | 'look' | 'size' | 'index' | 'answer';
  readonly about: string;
  readonly example: string;
  /** All values; left out for free text. */
  readonly values?: readonly string[];
  readonly default?: string;
  readonly keepsEmpty?: true;
  readonly means?: 'color' | 'flag' | 'seconds';
  /** The page has a field for it. */
  readonly isOffered: boolean;
}

/** A badge of another service, and ours. */
export interface Conversion {
  /** The URL as it was found. */
  readonly from: string;
  /** Path and query of our badge; undefined if there is none. */
  readonly to?: string;
  /** Undefined for a static badge. */
  readonly kind?: CatalogKind;
  readonly project?: string;
  /** What is not kept, and why: sentences. */
  readonly notes: readonly string[];
}

/** What a service's reader makes of a URL: our badge, or the reason why there is none. */
export type Reading =
  { readonly badge: BadgeTarget; readonly notes?: readonly string[] } | { readonly reason: string };

export interface BadgeTarget {
  /** Path as in a URL, not decoded. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly kind?: CatalogKind | undefined;
  readonly project?: string;
}

/** A URL whose segments are not decoded, and whose query is. */
export interface BadgeUrl {
  readonly host: string;
  readonly segments: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** What the field contains. */
export type Input =
  | { readonly type: 'empty' }
  | { readonly type: 'project'; readonly project: string }
  | { readonly type: 'badge'; readonly badge: Conversion }
  | { readonly type: 'document'; readonly badges: readonly Conversion[]; readonly text: string }
  | { readonly type: 'refused'; readonly reason: string };

/** What the page's form says. */
export interface State {
  /** The text of the field. */
  readonly text: string;
  /** Id of the snippets' format. */
  readonly format: string;
  /** Extension of the pictures. */
  readonly extension: string;
  /** Chosen values of the catalog's parameters. */
  readonly values: Readonly<Record<string, string>>;
  /** Values that differ for readers who prefer dark colors. */
  readonly dark: Readonly<Record<string, string>>;
}

/** One badge on the page. */
export interface Row {
  readonly key: string;
  readonly title: string;
  /** Path and query of the picture; undefined if there is none. */
  readonly image?: string;
  /** Path and query of the same as JSON. */
  readonly twin?: string;
  readonly height: number;
  readonly snippet?: string;
  readonly notes: readonly string[];
  readonly isFramework: boolean;
}
