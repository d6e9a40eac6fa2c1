import type { Router } from '@koa/router';
import { badgenStyling, parseBadgen } from '../badges/badgen-static.ts';
import type { Content } from '../badges/kind.ts';
import { parseShields, parseShieldsBadge } from '../badges/static.ts';
import { BadgeError } from '../errors.ts';
import type { SendBadge } from './badges/send.ts';
import { decodeSegments, splitExtension } from './urls/paths.ts';
import type { BadgeContext, BadgeState } from './state.ts';

/** Adds the routes of badges whose content the URL contains. */
export function addStaticRoutes(
  router: Router<BadgeState>,
  { ofContent }: Pick<SendBadge, 'ofContent'>,
): void {
  const send = (ctx: BadgeContext, content: Content | undefined): Promise<void> => {
    if (content === undefined) throw new BadgeError('no-badge', 'not a label, message and color');
    return ofContent(ctx, content);
  };
  const sendBadgen = (ctx: BadgeContext, segments: readonly string[]): Promise<void> => {
    const { parameters } = ctx.state;
    ctx.state.parameters = { ...parameters, styling: badgenStyling(parameters.styling) };
    return send(ctx, parseBadgen(segments, parameters.list));
  };

  // shields.io's badges of contents from elsewhere, which are not served.
  for (const path of ['/badge/dynamic/*text', '/badge/endpoint'])
    router.get(path, (ctx) => send(ctx, undefined));

  // shields.io: /badge/docs-passing-brightgreen.svg; badgen.net: /badge/docs/passing/green.svg
  router.get('/badge/*text', (ctx) => {
    const segments = segmentsAfter(ctx, '/badge/');
    const content = parseShieldsBadge(segments);
    return content === undefined ? sendBadgen(ctx, segments) : send(ctx, content);
  });

  // shields.io: /:docs-passing-brightgreen.svg
  router.get('/\\:*text', (ctx) => send(ctx, parseShields(segmentsAfter(ctx, '/:').join('/'))));

  // shields.io: /static/v1.svg?label=docs&message=passing&color=brightgreen
  router.get('/static/:version', (ctx) => {
    if (segmentsAfter(ctx, '/static/')[0] !== 'v1') return send(ctx, undefined);
    ctx.state.kindId = 'static';
    ctx.state.label = 'static';
    const { message } = ctx.state.parameters;
    if (message === undefined) throw new BadgeError('no-message', 'no message');
    return send(ctx, { label: 'static', message, color: 'lightgrey' });
  });

  // badgen.net: /static/docs/passing/green.svg
  router.get('/static/*text', (ctx) => sendBadgen(ctx, segmentsAfter(ctx, '/static/')));
}

/** The decoded segments of the path after `start`, without the extension. */
function segmentsAfter(ctx: BadgeContext, start: string): string[] {
  return decodeSegments(splitExtension(ctx.path.slice(start.length)).stem);
}
