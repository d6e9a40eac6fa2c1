import type { Redis } from 'ioredis';
import { FAILED } from '../attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Store } from '../contract.ts';

/** Kept small, because Redis serves nobody else while a script runs. */
const RANKED_AT_ONCE = 500;

/** KEYS[1] the ranking; ARGV: ZADD or ZINCRBY, most members, seconds to live, then pairs of score and member. */
const RANK_SCRIPT = `
  for i = 4, #ARGV, 2 do redis.call(ARGV[1], KEYS[1], ARGV[i], ARGV[i + 1]) end
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])
  return redis.call('EXPIRE', KEYS[1], ARGV[3])`;

function keyOf(key: string): string {
  return `${key}#ranking`;
}

/** Creates rankings in sorted sets of Redis. */
export function createRedisRankings(
  client: Redis,
  attempt: Attempt,
): Pick<Store, 'rank' | 'ranked' | 'rankedOf'> {
  return {
    async rank(key, scores, { add, maxMembers, ttlSeconds }) {
      const pairs = [...scores].map(([member, score]) => [score, member] as const);
      const options = [add ? 'ZINCRBY' : 'ZADD', maxMembers, ttlSeconds] as const;
      for (let from = 0; from < pairs.length; from += RANKED_AT_ONCE) {
        const some = pairs.slice(from, from + RANKED_AT_ONCE).flat();
        await attempt('rank', () => client.eval(RANK_SCRIPT, 1, keyOf(key), ...options, ...some));
      }
    },
    async ranked(key, least, limit) {
      const reply = await attempt('rank', () =>
        client.zrange(keyOf(key), '+inf', `${least}`, 'BYSCORE', 'REV', 'LIMIT', 0, limit),
      );
      return reply === FAILED ? undefined : reply;
    },
    async rankedOf(key, members) {
      if (members.length === 0) return [];
      const scores = await attempt('rank', () => client.zmscore(keyOf(key), ...members));
      return scores === FAILED
        ? undefined
        : members.filter((_, position) => scores[position] !== null);
    },
  };
}
