import { makeOutdated } from './faults/alterations.ts';
import { answerAsPypi, answerAsPypistats } from './pypi/answers.ts';
import type { CallLimit } from './pypi/call-limit.ts';
import { answerCall, isCounted } from './pypi/changelog.ts';
import type { Edge } from './faults/cdn.ts';
import { textPage } from './faults/error-pages.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { Feed } from './pypi/feed.ts';
import { beforeLastRow, type Changelog } from './pypi/journal.ts';
import type { ProjectIndex } from './pypi/project-index.ts';
import type { Question } from './routes.ts';
import { parseCall } from './pypi/xml-rpc.ts';

const MAX_CALL_BYTES = 65_536;

/** What the answers are made of. */
export interface Knowledge {
  readonly projects: Pick<ProjectIndex, 'find'>;
  readonly journal: Changelog;
  readonly feed: Pick<Feed, 'page'>;
  readonly edge: Pick<Edge, 'pass'>;
  readonly callLimit: CallLimit;
}

/** Made when it is asked for: what is not answered leaves no trace at the edge, and counts for no limit. */
export interface Saying {
  /** What the service says when all is well. */
  readonly honest: () => Promise<Answer>;
  /** What it said a while ago. */
  readonly outdated: () => Promise<Answer>;
}

/** What the service that the question is for says. */
export function sayingsOf(question: Question, exchange: Exchange, from: Knowledge): Saying {
  const { projects, journal, feed, edge } = from;
  if (question.api === 'pypi') {
    const pass = (key: string, current: Answer) => edge.pass('page', key, current);
    const honest = async () => answerAsPypi(question, projects.find, pass);
    return { honest, outdated: async () => makeOutdated(await honest()) };
  }
  if (question.api === 'pypistats') {
    const honest = async () => answerAsPypistats(question, projects.find);
    return { honest, outdated: honest };
  }
  if (question.api === 'rss') {
    const honest = async () => edge.pass('feed', 'updates.xml', feed.page());
    return { honest, outdated: async () => feed.page(1) };
  }
  return {
    honest: () => answerXmlRpc(exchange, from, journal),
    outdated: () => answerXmlRpc(exchange, from, beforeLastRow(journal)),
  };
}

/** PyPI takes a POST for XML-RPC only where it says that it is XML. */
async function answerXmlRpc(
  { request }: Exchange,
  { callLimit }: Knowledge,
  changelog: Changelog,
): Promise<Answer> {
  if (!/^text\/xml\b/.test(request.headers['content-type'] ?? '')) {
    return textPage(404, '404 Not Found');
  }
  const body = await readText(request);
  if (body === undefined) return textPage(413, '413 Request Entity Too Large');
  const call = parseCall(body);
  const answer = () => answerCall(call, changelog);
  return isCounted(call) ? callLimit.count(request.socket.remoteAddress ?? '', answer) : answer();
}

/** A body, or undefined where it is longer than any call. */
async function readText(body: AsyncIterable<unknown>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    // Read to its end all the same: who stops reading cuts the connection, and no answer arrives.
    if (bytes <= MAX_CALL_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_CALL_BYTES ? Buffer.concat(chunks).toString() : undefined;
}
