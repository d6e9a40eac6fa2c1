/** A change of a project at PyPI, as a feed tells of it. */
export interface Change {
  /** Normalised (PEP 503). */
  readonly project: string;
  /** The release that it is about, as PyPI spells it; undefined: the project itself. */
  readonly release?: string | undefined;
  /** Answers with a lower serial are from before the change. RSS has none. */
  readonly serial?: number | undefined;
  /** By PyPI's clock. */
  readonly atMs: number;
  /** The project, or its page, is gone with this change. */
  readonly isRemoval?: boolean | undefined;
}

/** What a feed says has happened since it was asked last. */
export interface FeedNews {
  /** The oldest first. */
  readonly changes: readonly Change[];
  /** Changes may have been missed. */
  readonly hasGap: boolean;
  /** What the next poll begins from, whichever process makes it: text, at most some dozens of kilobytes. */
  readonly position: string;
  /** PyPI's last serial, where the feed tells it. */
  readonly serial?: number | undefined;
}

/** A feed of PyPI's changes. It remembers nothing: all that it knows stands in the position. */
export interface Feed {
  readonly name: 'rss' | 'changelog';
  /**
   * What has happened since `position`; without one, nothing but the position from which to begin. Rejects with an
   * `UpstreamError`, whose `retryAfterMs` says when PyPI wants to be asked again, where it does.
   */
  readonly poll: (position: string | undefined, signal: AbortSignal) => Promise<FeedNews>;
}
