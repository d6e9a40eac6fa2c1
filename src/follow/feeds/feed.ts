/** A change of a project, as a feed reports it. */
export interface Change {
  /** Normalized (PEP 503). */
  readonly project: string;
  /** As PyPI spells it; undefined: the project itself has changed. */
  readonly release?: string | undefined;
  /** Pages with a lower serial predate the change. RSS has none. */
  readonly serial?: number | undefined;
  /** By PyPI's clock. */
  readonly atMs: number;
  /** The change removes the project or its page. */
  readonly isRemoval?: boolean | undefined;
}

/** What has happened since the previous poll. */
export interface FeedNews {
  /** Oldest first. */
  readonly changes: readonly Change[];
  /** Changes may have been missed. */
  readonly hasGap: boolean;
  /** Where the next poll starts, in any process: text of at most some dozens of kilobytes. */
  readonly position: string;
  /** PyPI's last serial, where the feed has one. */
  readonly serial?: number | undefined;
}

/** A feed of PyPI's changes. It keeps no state except the position. */
export interface Feed {
  readonly name: 'rss' | 'changelog';
  /**
   * Changes since `position`; without one, only the position to start from. Rejects with an `UpstreamError`, whose
   * `retryAfterMs` is how long PyPI asks to wait, if it does.
   */
  readonly poll: (position: string | undefined, signal: AbortSignal) => Promise<FeedNews>;
}
