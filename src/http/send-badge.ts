import { composeSpec } from '../badges/compose.ts';
import type { Kind } from '../badges/kind.ts';
import { parseStatic } from '../badges/static.ts';
import type { Demand } from '../demand.ts';
import { describe, type BadgeSources, type Description, type Subject } from '../describe.ts';
import { BadgeError, type CacheClass } from '../errors.ts';
import { isRelease, normaliseName } from '../upstream/names.ts';
import type { SendAnswer } from './answer.ts';
import type { BadgeContext } from './state.ts';

/** The badge of a project that a URL asks for, as written there. */
export interface Asked {
  /** Undefined for a kind that does not exist. */
  readonly kind: Kind | undefined;
  readonly name: string;
  readonly release?: string | undefined;
}

export interface SendBadge {
  /** Answers with what a kind says of a project. Throws a `BadgeError` for what the contract has an error badge for. */
  ofProject(ctx: BadgeContext, asked: Asked): Promise<void>;
  /** Answers with the words that stand in the URL itself. */
  ofWords(ctx: BadgeContext, content: string): Promise<void>;
}

export function createSendBadge(options: {
  sources: BadgeSources;
  sendAnswer: SendAnswer;
  demand: Pick<Demand, 'note'>;
  /** Whether the edge is told when a project changes. */
  isFollowing: () => boolean;
}): SendBadge {
  const { sources, sendAnswer, demand, isFollowing } = options;
  const lookUp = createLookUp(sources, demand);
  return {
    async ofProject(ctx, { kind, name, release }) {
      if (kind === undefined || (release !== undefined && kind.source === 'pypistats')) {
        throw new BadgeError('no-badge', 'no such kind');
      }
      const { state } = ctx;
      state.kindId = kind.id;
      state.label = kind.label;
      const project = normaliseName(name);
      if (project === undefined || (release !== undefined && !isRelease(release))) {
        throw new BadgeError('invalid-name', 'not the name of a project or a release');
      }
      state.project = project;
      const wishes = { ...state.parameters.wishes, dialect: state.dialect };
      const startedAtMs = performance.now();
      const { saying, tier, dueAtMs, ...origin } = await lookUp(
        { kind, project, release, wishes },
        ctx.url,
        state.charge,
      );
      state.steps.push({ name: 'facts', tier, tookMs: performance.now() - startedAtMs });
      const spec = composeSpec({ label: kind.label, ...saying }, state.parameters.looks);
      await sendAnswer(ctx, {
        ...origin,
        spec,
        source: kind.source,
        cacheClass: cacheClassOf(kind, origin.verdict, isFollowing()),
        // Counts change once a day, and their record says when.
        ...(kind.source === 'pypistats' &&
          origin.verdict === 'ok' && { edgeSeconds: Math.floor((dueAtMs - Date.now()) / 1000) }),
      });
    },

    async ofWords(ctx, content) {
      const saying = parseStatic(content);
      if (saying === undefined) throw new BadgeError('no-badge', 'not a label, message and colour');
      ctx.state.kindId = 'static';
      const spec = composeSpec({ label: '', ...saying }, ctx.state.parameters.looks);
      await sendAnswer(ctx, { spec, verdict: 'ok', source: 'static', cacheClass: 'static' });
    },
  };
}

/** Describes a badge, and notes that it was asked for. Rejects as `describe` does. */
function createLookUp(sources: BadgeSources, demand: Pick<Demand, 'note'>) {
  return async (subject: Subject, url: string, admit: () => void): Promise<Description> => {
    const { project, kind } = subject;
    try {
      const description = await describe(sources, subject, admit);
      demand.note({ project, url, of: kind.source === 'pypi' ? 'facts' : 'downloads' });
      return description;
    } catch (error) {
      if (error instanceof BadgeError && error.code === 'no-project')
        demand.note({ project, url, of: 'missing' });
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
  if (kind.source === 'pypistats') return 'downloads';
  return isFollowed ? 'followed' : 'facts';
}
