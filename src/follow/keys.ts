import { FACTS_FORMAT, KEY_PREFIX } from '../stores.ts';

const PREFIX = `${KEY_PREFIX}:${FACTS_FORMAT}`;

/** What web processes and followers tell each other through the shared store. */
export const FOLLOW_KEYS = {
  /** Held by the follower that leads. */
  lease: `${PREFIX}:follow`,
  /** How far it has come: `FollowState`. */
  state: `${PREFIX}:follow:state`,
  /** What it says of itself: `FollowerStatus`. */
  status: `${PREFIX}:follow:status`,
  /** Ranking: projects by when their badges were last asked of a web process. */
  held: `${PREFIX}:follow:held`,
  /** Ranking: names that PyPI did not know, by when they were last asked for. */
  missing: `${PREFIX}:follow:missing`,
  /** Ranking: projects by when they were last purged at the edge. */
  purged: `${PREFIX}:follow:purged`,
  /** Ranking: projects by how often their downloads were asked for. */
  downloads: `${PREFIX}:follow:downloads`,
  /** Ranking: the URLs of a project by how often they were asked of a web process. */
  urlsOf: (project: string) => `${PREFIX}:follow:urls:${project}`,
} as const;
