import type { Content, Kind } from '../../badges/kind.ts';
import type { BadgeRequest as Noted, Popularity } from '../../follow/popularity.ts';
import {
  type BadgeSources,
  describe,
  type Description,
  indexOf,
  type Subject,
} from '../../facts/look-up.ts';
import { BadgeError, type CacheClass } from '../../errors.ts';
import { isRelease, normalizeName } from '../../facts/names.ts';
import type { Logos } from '../../logos/logos.ts';
import type { Sources } from '../../facts/sources.ts';
import type { SendAnswer } from './answer.ts';
import { composeBadge } from './compose-badge.ts';
import type { BadgeContext } from '../state.ts';

/** A badge of a project, as written in the URL. */
export interface BadgeRequest {
  /** Undefined for a kind that does not exist. */
  readonly kind: Kind | undefined;
  readonly name: string;
  readonly release?: string | undefined;
}

export interface SendBadge {
  /** Sends a badge of a project. Rejects with a `BadgeError` if an error badge has to be sent instead. */
  ofProject(ctx: BadgeContext, request: BadgeRequest): Promise<void>;
  /** Sends a badge whose content the URL contains. */
  ofContent(ctx: BadgeContext, content: Content): Promise<void>;
}

export function createSendBadge(parts: {
  sources: BadgeSources & Pick<Sources, 'findIndex'>;
  sendAnswer: SendAnswer;
  logos: Logos;
  popularity: Pick<Popularity, 'note'>;
  /** Whether a follower purges changed projects at the edge. */
  isFollowing: () => boolean;
}): SendBadge {
  const { sources, sendAnswer, logos, popularity, isFollowing } = parts;
  const lookUp = createLookUp(sources, popularity);
  return {
    async ofProject(ctx, { kind, name, release }) {
      if (kind === undefined || (release !== undefined && kind.facts === 'downloads')) {
        throw new BadgeError('no-badge', 'no such kind');
      }
      const { state } = ctx;
      const options = { ...state.parameters.content, grammar: state.grammar };
      if (kind.facts === 'downloads' && kind.needsTotal?.(options) && !sources.counts.hasTotals)
        throw new BadgeError('no-badge', 'nobody counts all downloads: DOWNLOADS_SOURCE');
      state.kindId = kind.id;
      state.label = kind.label;
      const project = normalizeName(name);
      if (project === undefined || (release !== undefined && !isRelease(release))) {
        throw new BadgeError('invalid-name', 'not the name of a project or a release');
      }
      state.project = project;
      const index = indexOf(sources, kind, state.parameters.pypiBaseUrl);
      state.index = index.url;
      const startedAtMs = performance.now();
      const { content, tier, dueAtMs, ...origin } = await lookUp(
        { kind, project, release, options, index },
        index.url === undefined ? ctx.url : undefined,
        state.charge,
      );
      state.steps.push({ name: 'facts', tier, tookMs: performance.now() - startedAtMs });
      const spec = await composeBadge(ctx, logos, { label: kind.label, ...content });
      await sendAnswer(ctx, {
        ...origin,
        spec,
        cacheClass: cacheClassOf(kind, origin.verdict, isFollowing() && index.url === undefined),
        // Counts change once a day, when their record becomes stale.
        ...(kind.facts === 'downloads' &&
          (origin.verdict === 'ok' || origin.source === 'clickhouse') && {
            edgeSeconds: Math.floor((dueAtMs - Date.now()) / 1000),
          }),
      });
    },

    async ofContent(ctx, content) {
      ctx.state.kindId = 'static';
      const spec = await composeBadge(ctx, logos, { label: '', ...content });
      await sendAnswer(ctx, { spec, verdict: 'ok', source: 'static', cacheClass: 'static' });
    },
  };
}

/**
 * Looks up a badge's content, and counts the request of the URL: the follower follows PyPI alone, so that other indexes
 * have none. Rejects as `describe` does.
 */
function createLookUp(sources: BadgeSources, popularity: Pick<Popularity, 'note'>) {
  return async (
    subject: Subject,
    url: string | undefined,
    charge: () => void,
  ): Promise<Description> => {
    const { project, kind } = subject;
    const note = (of: Noted['of']): void => {
      if (url !== undefined) popularity.note({ project, url, of });
    };
    try {
      const description = await describe(sources, subject, charge);
      note(kind.facts === 'downloads' ? 'downloads' : 'facts');
      return description;
    } catch (error) {
      if (error instanceof BadgeError && error.code === 'no-project') note('missing');
      throw error;
    }
  };
}

function cacheClassOf(
  kind: Kind,
  verdict: Description['verdict'],
  isFollowed: boolean,
): CacheClass {
  if (verdict === 'stale') return 'stale';
  if (kind.facts === 'downloads') return 'downloads';
  return isFollowed ? 'followed' : 'facts';
}
