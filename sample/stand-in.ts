import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createCallLimit } from './pypi/call-limit.ts';
import type { StandInProject } from './pypi/changes.ts';
import { createConducts } from './faults/faults.ts';
import { createSwitches, type Switched } from './control.ts';
import { createEdge, type Edge } from './faults/cdn.ts';
import { textPage } from './faults/error-pages.ts';
import { send, type Answer, type Exchange, type LoggedRequest } from './exchange.ts';
import { createFeed } from './pypi/feed.ts';
import { createJournal, type Journal } from './pypi/journal.ts';
import { createRules, type Rules } from './faults/rules.ts';
import { createProjectIndex, type ProjectIndex } from './pypi/project-index.ts';
import { readQuestion } from './routes.ts';
import { sayingsOf, type Knowledge } from './responders.ts';

const MAX_LOGGED_REQUESTS = 1_000;

export interface StandInOptions {
  readonly projects: readonly StandInProject[];
  /** 127.0.0.1 by default: the switches are for whoever can reach it. */
  readonly host?: string;
  /** Left out or 0: a free one. */
  readonly port?: number;
  /** The HTML of `/`. */
  readonly homePage?: () => string;
  /** How many of the last requests are remembered; 1000 by default. */
  readonly maxLoggedRequests?: number;
  /** How many calls of XML-RPC an address has in an hour; PyPI's 3600 by default. */
  readonly callsPerHour?: number;
}

/** PyPI and pypistats.org on one origin: `PYPI_URL` and `PYPISTATS_URL` both point to `url`. */
export interface StandIn
  extends
    Pick<Rules, 'misbehave' | 'behave'>,
    Omit<ProjectIndex, 'find'>,
    Pick<Edge, 'lag'>,
    Pick<Journal, 'rewind'> {
  /** The origin, without a slash at the end; throws while the port is not known. */
  readonly url: string;
  /** The last requests to the APIs, the oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Listens and gives the origin; after `close` on the same port again. Rejects when the port is taken. */
  listen(): Promise<string>;
  /** Drops all connections, those under way as well. */
  close(): Promise<void>;
}

/** A stand-in for PyPI and pypistats.org that serves the projects given, and misbehaves when told to. */
export function createStandIn(options: StandInOptions): StandIn {
  const { host = '127.0.0.1', maxLoggedRequests = MAX_LOGGED_REQUESTS } = options;
  const parts = createParts(options);
  const { rules, projects, edge, journal } = parts;
  const answer = createAnswerer(parts, options.homePage);
  const log: LoggedRequest[] = [];
  let port = options.port ?? 0;

  const server = createServer((request, response) => {
    const { exchange, logged } = openExchange(request, response);
    if (readQuestion(logged.method, exchange.url)) log.push(logged);
    log.splice(0, log.length - maxLoggedRequests);
    answer(exchange)
      .then((given) => given && send(exchange, given))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  const origin = () => {
    if (port === 0) throw new Error('the stand-in has not listened yet');
    return `http://${host}:${port}`;
  };

  return {
    misbehave: rules.misbehave,
    behave: rules.behave,
    update: projects.update,
    publish: projects.publish,
    yank: projects.yank,
    unyank: projects.unyank,
    remove: projects.remove,
    quarantine: projects.quarantine,
    lag: edge.lag,
    rewind: journal.rewind,
    get url() {
      return origin();
    },
    get requests() {
      return [...log];
    },
    async listen() {
      server.listen(port, host);
      await once(server, 'listening');
      const address = server.address();
      if (address !== null && typeof address === 'object') port = address.port;
      return origin();
    },
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Parts extends Knowledge, Switched {
  readonly projects: ProjectIndex;
  readonly journal: Journal;
  readonly edge: Edge;
}

function createParts({ projects, callsPerHour }: StandInOptions): Parts {
  const feed = createFeed();
  const journal = createJournal(feed.note);
  return {
    feed,
    journal,
    projects: createProjectIndex(projects, journal),
    rules: createRules(),
    edge: createEdge(),
    callLimit: createCallLimit(callsPerHour),
  };
}

/** Decides what a request gets: the answer, or undefined where a misbehavior has dealt with the connection. */
function createAnswerer(parts: Parts, homePage?: () => string) {
  const conducts = createConducts();
  const turnSwitch = createSwitches(parts);
  return async (exchange: Exchange): Promise<Answer | undefined> => {
    const { request, url } = exchange;
    const { method = 'GET' } = request;
    const isSwitch = url.pathname.startsWith('/-/');
    if (isSwitch && method === 'POST') return turnSwitch(url);
    const question = readQuestion(method, url);
    if (isSwitch || (question?.api !== 'xmlrpc' && !['GET', 'HEAD'].includes(method))) {
      return textPage(405, '405 Method Not Allowed');
    }
    if (url.pathname === '/' && homePage) return textPage(200, homePage());
    if (!question) return textPage(404, '404 Not Found');
    const { api } = question;
    const saying = sayingsOf(question, exchange, parts);
    const rule = parts.rules.find(api, 'name' in question ? question.name : undefined);
    return rule ? conducts[rule.mode]({ exchange, api, rule, ...saying }) : saying.honest();
  };
}

function openExchange(request: IncomingMessage, response: ServerResponse) {
  const { method = 'GET', url: path = '/', headers } = request;
  const logged: { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] } = {
    method,
    path,
    headers,
    status: undefined,
  };
  const exchange: Exchange = {
    request,
    response,
    url: URL.parse(path, 'http://stand-in') ?? new URL('http://stand-in/unreadable'),
    start(status, sent) {
      logged.status = status;
      response.writeHead(status, sent);
    },
  };
  return { exchange, logged };
}
