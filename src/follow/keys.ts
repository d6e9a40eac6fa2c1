import { KEYS } from '../keys.ts';

const PREFIX = KEYS.follow;

/** What web processes and followers tell each other through the shared store. */
export const FOLLOW_KEYS = {
  /** Held by the follower that leads. */
  lease: PREFIX,
  /** How far it has come: `FollowState`. */
  state: `${PREFIX}:state`,
  /** What it says of itself: `FollowerStatus`. */
  status: `${PREFIX}:status`,
  /** Ranking: projects by when their badges were last asked of a web process. */
  held: `${PREFIX}:held`,
  /** Ranking: names that PyPI did not know, by when they were last asked for. */
  missing: `${PREFIX}:missing`,
  /** Ranking: projects by when they were last purged at the edge. */
  purged: `${PREFIX}:purged`,
  /** Ranking: projects by how often their downloads were asked for. */
  downloads: `${PREFIX}:downloads`,
  /** Ranking: the URLs of a project by how often they were asked of a web process. */
  urlsOf: (project: string) => `${PREFIX}:urls:${project}`,
} as const;
