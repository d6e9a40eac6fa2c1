import type { DownloadFacts, ProjectFacts } from '../facts.ts';

/** Whose URL grammar a badge is asked in; it decides small differences of what the badge says. */
export type Dialect = 'pypip' | 'shields' | 'fury';

export const PERIODS = ['day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The parameters of a URL that change what a kind says (all others change only how it looks). */
export interface Wishes {
  readonly dialect: Dialect;
  /** `?period=`; only pypip.in's downloads read it. */
  readonly period?: Period;
  /** `?text=`; the label of pypip.in's version badge. */
  readonly text?: 'pypi' | 'version';
  /** `?prefix=`; whether a version wears a `v`. */
  readonly prefix?: 'v' | 'none';
}

/** What a kind has to say of a project, before the user's label and colours. */
export interface Saying {
  /** Left out: the kind's own label. */
  readonly label?: string;
  readonly message: string;
  /** A name of shields.io's palette, or `#hex`. */
  readonly color: string;
}

interface KindBase {
  /** Names the kind in metrics and logs; unique in the catalogue. */
  readonly id: string;
  /** Its names in `/<kind>/<project>/badge.<ext>`. */
  readonly pypip: readonly string[];
  /** Its names in `/pypi/<kind>/<project>`; a name may have a slash. */
  readonly shields: readonly string[];
  readonly label: string;
}

/** A kind that speaks of a release, as PyPI knows it. */
export interface ProjectKind extends KindBase {
  readonly source: 'pypi';
  readonly describe: (facts: ProjectFacts, wishes: Wishes) => Saying;
}

/** A kind that speaks of download counts, as pypistats.org knows them. */
export interface DownloadKind extends KindBase {
  readonly source: 'pypistats';
  readonly describe: (facts: DownloadFacts, wishes: Wishes) => Saying;
}

export type Kind = ProjectKind | DownloadKind;
