/** The kinds of files that a release of the sample index can have. */
export type FileKind = 'wheel' | 'sdist' | 'egg';

/** What a release says of itself: the fields that badges read, and a sentence for people. */
export interface ReleaseFacts {
  readonly summary?: string;
  readonly license?: string;
  /** PEP 639. */
  readonly licenseExpression?: string;
  readonly classifiers?: readonly string[];
  readonly requiresPython?: string;
  /** Left out: a wheel and an sdist. */
  readonly files?: readonly FileKind[];
}

/** A release that differs from its project's other releases. */
export interface SampleRelease extends ReleaseFacts {
  readonly version: string;
  /** The reason why it was yanked (PEP 592); left out: it was not. */
  readonly yanked?: string;
}

/** Downloads of yesterday, and of the 7 and 30 days that end with it. */
export interface Downloads {
  readonly day: number;
  readonly week: number;
  readonly month: number;
}

/** A project of the sample index in short; `indexProject` makes PyPI's and pypistats.org's full answers of it. */
export interface SampleProject extends ReleaseFacts {
  /** As its author spells it. */
  readonly name: string;
  /** The edge case that it is there for. */
  readonly shows: string;
  /** In the order in which PyPI sorts them: the oldest first. A project without any is a 404, as on PyPI. */
  readonly releases: readonly (string | SampleRelease)[];
  /** Left out: a modest project's; null: pypistats.org does not know the project. */
  readonly downloads?: Downloads | null;
  /** The answer's shape: today's, that of 2016, or today's with null wherever a null can stand. */
  readonly shape?: 'modern' | 'legacy' | 'nulls';
}

/**
 * The name under which PyPI compares projects (PEP 503). Not the service's own function: a stand-in that shared it would
 * share its faults.
 */
export function normalize(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}
