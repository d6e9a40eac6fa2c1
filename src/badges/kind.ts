import type { DownloadFacts, ProjectFacts } from '../facts/schema.ts';
import type { ContentParameter, ContentParameters } from './parameters.ts';

/** The URL grammars that name a kind, by the service whose they are. It decides small differences of what a badge says. */
export const GRAMMARS = ['pypip', 'shields', 'fury'] as const;
export type Grammar = (typeof GRAMMARS)[number];

/** What a URL asks of a kind's content: its grammar, and the parameters that change the words. */
export interface Options extends ContentParameters {
  readonly grammar: Grammar;
}

/** The words and the color of a badge, before the user's own label and colors. */
export interface Content {
  /** Left out: the kind's own label. */
  readonly label?: string;
  readonly message: string;
  /** A name of shields.io's palette, or `#hex`. */
  readonly color: string;
}

interface KindBase {
  /** Names the kind in metrics, logs and purges; unique in the catalog. */
  readonly id: string;
  /** Its names in each grammar; at shields.io a name may have a slash. Left out: the grammar does not have the kind. */
  readonly names: Readonly<Partial<Record<Grammar, readonly string[]>>>;
  readonly label: string;
  /** What the message is, for the documents. */
  readonly about: string;
  /** A project of the sample index that shows the kind well. */
  readonly example: string;
  /** The parameters that change its content. */
  readonly parameters?: readonly ContentParameter[];
}

/** A kind about a release, from PyPI. */
export interface ProjectKind extends KindBase {
  readonly facts: 'project';
  readonly describe: (facts: ProjectFacts, options: Options) => Content;
}

/** A kind about download counts. */
export interface DownloadKind extends KindBase {
  readonly facts: 'downloads';
  readonly describe: (facts: DownloadFacts, options: Options) => Content;
}

export type Kind = ProjectKind | DownloadKind;
