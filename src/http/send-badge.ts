import { composeSpec } from '../badges/compose.ts';
import type { Kind } from '../badges/kind.ts';
import { parseStatic } from '../badges/static.ts';
import { describe, type Description, type Sources } from '../describe.ts';
import { BadgeError, type CacheClass } from '../errors.ts';
import { isRelease, normaliseName } from '../upstream/names.ts';
import type { SendAnswer } from './answer.ts';
import type { Limits } from './limits.ts';
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
  sources: Sources;
  limits: Limits;
  sendAnswer: SendAnswer;
}): SendBadge {
  const { sources, limits, sendAnswer } = options;
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
      const admit = (): void => limits.admit(ctx);
      const wishes = { ...state.parameters.wishes, dialect: state.dialect };
      const startedAtMs = performance.now();
      const { saying, tier, ...origin } = await describe(
        sources,
        { kind, project, release, wishes },
        admit,
      );
      state.steps.push({ name: 'facts', tier, tookMs: performance.now() - startedAtMs });
      const spec = composeSpec({ label: kind.label, ...saying }, state.parameters.looks);
      await sendAnswer(ctx, {
        ...origin,
        spec,
        source: kind.source,
        cacheClass: cacheClassOf(kind, origin.verdict),
        admit,
      });
    },

    async ofWords(ctx, content) {
      const saying = parseStatic(content);
      if (saying === undefined) throw new BadgeError('no-badge', 'not a label, message and colour');
      ctx.state.kindId = 'static';
      const spec = composeSpec({ label: '', ...saying }, ctx.state.parameters.looks);
      await sendAnswer(ctx, {
        spec,
        verdict: 'ok',
        source: 'static',
        cacheClass: 'static',
        admit: () => limits.admit(ctx),
      });
    },
  };
}

function cacheClassOf(kind: Kind, verdict: Description['verdict']): CacheClass {
  if (verdict === 'stale') return 'stale';
  return kind.source === 'pypi' ? 'facts' : 'downloads';
}
