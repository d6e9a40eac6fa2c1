import type { DatabaseSync } from 'node:sqlite';

/** Trimmed on every 32nd write, so a ranking may be slightly too long in between. */
const CUT_EVERY = 32;

const RANK = `
  INSERT INTO rankings (key, member, score, expires_at)
  SELECT :key, given.key, given.value, :end FROM json_each(:scores) AS given WHERE true
  ON CONFLICT (key, member) DO UPDATE SET
    score = iif(:add, rankings.score, 0) + excluded.score, expires_at = excluded.expires_at`;
const CUT = `
  DELETE FROM rankings WHERE key = :key AND (expires_at <= :now OR member IN (
    SELECT member FROM rankings WHERE key = :key ORDER BY score DESC LIMIT -1 OFFSET :max))`;
const RANKED = `
  SELECT member FROM rankings WHERE key = :key AND score >= :least AND expires_at > :now
  ORDER BY score DESC LIMIT :limit`;
const RANKED_OF = `
  SELECT given.value AS member FROM json_each(:members) AS given WHERE EXISTS (
    SELECT 1 FROM rankings WHERE key = :key AND member = given.value AND expires_at > :now)`;

/** A change of a ranking; its members expire `ttlMs` after it. */
export interface RankChange {
  readonly scores: ReadonlyMap<string, number>;
  readonly add: boolean;
  readonly maxMembers: number;
  readonly ttlMs: number;
}

export interface RankingStatements {
  rank(key: string, change: RankChange, nowMs: number): void;
  ranked(key: string, least: number, limit: number, nowMs: number): string[];
  rankedOf(key: string, members: readonly string[], nowMs: number): string[];
}

/** Prepares the statements for rankings. */
export function prepareRankings(database: DatabaseSync): RankingStatements {
  const rank = database.prepare(RANK);
  const cut = database.prepare(CUT);
  const ranked = database.prepare(RANKED);
  const rankedOf = database.prepare(RANKED_OF);
  let changes = 0;
  return {
    rank(key, { scores, add, maxMembers, ttlMs }, nowMs) {
      const text = JSON.stringify(Object.fromEntries(scores));
      rank.run({ key, scores: text, end: nowMs + ttlMs, add: Number(add) });
      changes += 1;
      if (changes % CUT_EVERY === 1) cut.run({ key, now: nowMs, max: maxMembers });
    },
    ranked: (key, least, limit, nowMs) =>
      ranked.all({ key, least, limit, now: nowMs }).map((row) => String(row['member'])),
    rankedOf: (key, members, nowMs) =>
      rankedOf
        .all({ key, members: JSON.stringify(members), now: nowMs })
        .map((row) => String(row['member'])),
  };
}
