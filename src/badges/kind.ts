import type { DownloadCounts, ProjectFacts, SimpleFacts } from '../facts/schema.ts';
import type { ContentParameter, ContentParameters } from './parameters.ts';

/** URL grammars, named after the services that have them; badges of one kind differ slightly between them. */
export const GRAMMARS = ['pypip', 'shields', 'fury'] as const;
export type Grammar = (typeof GRAMMARS)[number];

/** What the URL asks for: its grammar, and the parameters that change the content. */
export interface Options extends ContentParameters {
  readonly grammar: Grammar;
}

/** Label, message and color of a badge, without the user's own label and colors. */
export interface Content {
  /** Default: the kind's label. */
  readonly label?: string;
  readonly message: string;
  /** A name of shields.io's palette, or `#hex`. */
  readonly color: string;
}

interface KindBase {
  /** Identifies the kind in metrics, logs and purges; unique in the catalog. */
  readonly id: string;
  /** Names in each grammar that has the kind. At shields.io a name may contain a slash. */
  readonly names: Readonly<Partial<Record<Grammar, readonly string[]>>>;
  readonly label: string;
  /** What the badge is about, for headings and alternative texts; default: the label. */
  readonly title?: string;
  /** Meaning of the message, for the documents. */
  readonly about: string;
  /** A project of the sample index that shows the kind. */
  readonly example: string;
  /** Where else its badges are, beside the paths of its names: `/pepy/dt`. */
  readonly otherPaths?: readonly string[];
  /** Parameters that change its content. */
  readonly parameters?: readonly ContentParameter[];
}

/** Content from the Simple API, and the release that it is about. */
export interface SimpleContent extends Content {
  readonly release?: string;
}

/** A kind about a release, from PyPI's JSON API. */
export interface ProjectKind extends KindBase {
  readonly facts: 'project';
  readonly describe: (facts: ProjectFacts, options: Options) => Content;
  /** For a kind that takes its content from the Simple API where that has one. */
  readonly simple?: {
    /** Whether the Simple API is asked at all. `release`: the one in the URL. */
    readonly isAsked: (options: Options, release: string | undefined) => boolean;
    /** Undefined leaves the content to the JSON API. */
    readonly describe: (facts: SimpleFacts, options: Options) => SimpleContent | undefined;
  };
}

/** A kind about a release, from PyPI's Simple API. */
export interface SimpleKind extends KindBase {
  readonly facts: 'simple';
  /** Undefined: there is no such project or release. */
  readonly describe: (facts: SimpleFacts, options: Options) => SimpleContent | undefined;
}

/** A kind about download counts. */
export interface DownloadKind extends KindBase {
  readonly facts: 'downloads';
  readonly describe: (facts: DownloadCounts, options: Options) => Content;
  /** Whether it shows the downloads of all time, which pypistats.org does not count. */
  readonly needsTotal?: (options: Options) => boolean;
}

export type Kind = ProjectKind | SimpleKind | DownloadKind;
