import { text } from 'node:stream/consumers';
import { textPage, type Answer, type Exchange } from './exchange.ts';
import { makeOutdated, makeOutdatedSimple } from './faults/alterations.ts';
import type { Cdn } from './faults/cdn.ts';
import { answerAsPypi, answerAsPypistats, answerAsSimple } from './pypi/answers.ts';
import type { AnswerCall } from './pypi/changelog.ts';
import type { Feed } from './pypi/feed.ts';
import { beforeLastRow, type Changelog } from './pypi/journal.ts';
import type { ProjectIndex } from './pypi/project-index.ts';
import type { Route } from './routes.ts';

/** What the answers are made from. */
export interface Sources {
  readonly projects: Pick<ProjectIndex, 'find'>;
  readonly journal: Changelog;
  readonly feed: Pick<Feed, 'page'>;
  readonly cdn: Pick<Cdn, 'pass'>;
  readonly answerCall: AnswerCall;
}

/** Makes the answer when it is called: an answer that is not sent leaves no trace in the CDN, and counts for no limit. */
export interface Responder {
  /** Returns what the service answers without any fault. */
  readonly respond: () => Promise<Answer>;
  /** Returns what it answered before its last change. */
  readonly respondOutdated: () => Promise<Answer>;
}

/** Returns the responder of the service that the route belongs to. */
export function responderFor(route: Route, exchange: Exchange, sources: Sources): Responder {
  const { projects, journal, feed, cdn } = sources;
  const pass = (key: string, current: Answer) => cdn.pass('page', key, current);
  if (route.api === 'simple') {
    const { accept = '' } = exchange.request.headers;
    const respond = async () => answerAsSimple(route, accept, projects.find, pass);
    return { respond, respondOutdated: async () => makeOutdatedSimple(await respond()) };
  }
  if (route.api === 'pypi') {
    const respond = async () => answerAsPypi(route, projects.find, pass);
    return { respond, respondOutdated: async () => makeOutdated(await respond()) };
  }
  if (route.api === 'pypistats') {
    const respond = async () => answerAsPypistats(route.project, projects.find);
    return { respond, respondOutdated: respond };
  }
  if (route.api === 'rss') {
    return {
      respond: async () => cdn.pass('feed', 'updates.xml', feed.page()),
      respondOutdated: async () => feed.page(1),
    };
  }
  const answerWith = (changelog: Changelog) => answerXmlRpc(exchange, sources, changelog);
  return {
    respond: () => answerWith(journal),
    respondOutdated: () => answerWith(beforeLastRow(journal)),
  };
}

/** PyPI takes a POST as XML-RPC only if its type is XML. */
async function answerXmlRpc(
  { request }: Exchange,
  { answerCall }: Sources,
  changelog: Changelog,
): Promise<Answer> {
  if (!/^text\/xml\b/.test(request.headers['content-type'] ?? '')) {
    return textPage(404, '404 Not Found');
  }
  return answerCall(await text(request), request.socket.remoteAddress ?? '', changelog);
}
