/** The kinds of files that a release can have. */
export type FileKind = 'wheel' | 'binary-wheel' | 'sdist' | 'egg';

/** PyPI's own status of a project (PEP 792). */
export type ProjectStatus = 'active' | 'archived' | 'deprecated' | 'quarantined';

/** Fields of PyPI's `info` under their names there, such as `license` or `author`. */
export type Info = Readonly<Record<string, unknown>>;

/** What a project states for all its releases, and a release for itself. */
interface ReleaseFacts {
  /** Replaces the defaults of `infoOf`; no other file has to know the field. */
  readonly info?: Info;
  /** Default: a wheel and an sdist. */
  readonly files?: readonly FileKind[];
  /** The files that have attestations (PEP 740). Default: none. */
  readonly attested?: readonly FileKind[];
}

/** A release that differs from its project's other releases. */
export interface SampleRelease extends ReleaseFacts {
  readonly version: string;
  /** The reason why it was yanked (PEP 592). Default: null, it was not. */
  readonly yanked?: string | null;
}

/** Downloads of yesterday, and of the 7 and 30 days that end with it. */
export interface Downloads {
  readonly day: number;
  readonly week: number;
  readonly month: number;
}

/** A project of the sample index. `indexProject` makes the full answers of PyPI and pypistats.org from it. */
export interface SampleProject extends ReleaseFacts {
  /** As its author spells it. */
  readonly name: string;
  /** The edge case that it covers. */
  readonly shows: string;
  /** The oldest first. Default: `1.0`. A project without any is a 404, as on PyPI. */
  readonly releases?: readonly (string | SampleRelease)[];
  /** Default: a few thousand; null: pypistats.org does not know the project. */
  readonly downloads?: Downloads | null;
  /** Default: active. A project in quarantine is a 404 for the JSON API. */
  readonly status?: ProjectStatus;
  /**
   * The shape of PyPI's answers. Default: today's; `legacy`: those of 2016, the Simple API in HTML; `nulls`: today's with
   * null in every field, the Simple API without optional fields.
   */
  readonly shape?: 'legacy' | 'nulls';
}

/**
 * Returns the name under which PyPI compares projects (PEP 503). The service's own function is not used here, because the
 * stand-in would share its errors.
 */
export function normalize(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}
