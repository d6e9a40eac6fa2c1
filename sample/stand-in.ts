import { once } from 'node:events';
import { createServer } from 'node:http';
import { listenHere } from './listen.ts';
import { createControl } from './control.ts';
import {
  openExchange,
  send,
  textPage,
  type Answer,
  type Exchange,
  type LoggedRequest,
} from './exchange.ts';
import { createCdn, type Cdn } from './faults/cdn.ts';
import { createFaults } from './faults/faults.ts';
import { createRules, type Rules } from './faults/rules.ts';
import type { SampleProject } from './projects/project.ts';
import { createChangelogMethods } from './pypi/changelog.ts';
import { createFeed } from './pypi/feed.ts';
import { createJournal, type Journal } from './pypi/journal.ts';
import type { IndexEntry } from './pypi/pages.ts';
import { createProjectIndex, type ProjectIndex } from './pypi/project-index.ts';
import { responderFor } from './responders.ts';
import { matchRoute, type Route } from './routes.ts';

export interface StandInOptions {
  readonly projects: readonly (SampleProject | IndexEntry)[];
  /** Default: a free one. */
  readonly port?: number;
  /** Default: the last 1000 requests. */
  readonly maxLoggedRequests?: number;
  /** How many calls of XML-RPC an address has in an hour. Default: 3600, as at PyPI. */
  readonly callsPerHour?: number;
}

/** PyPI and pypistats.org on one origin: `PYPI_URL` and `PYPISTATS_URL` both point to `url`. */
export interface StandIn
  extends
    Pick<Rules, 'misbehave' | 'behave'>,
    Omit<ProjectIndex, 'find'>,
    Pick<Cdn, 'lag'>,
    Pick<Journal, 'rewind'> {
  /** The origin, without a slash at the end. Throws before the first `listen`. */
  readonly url: string;
  /** The last requests to the APIs, the oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Listens and returns the origin; after `close`, on the same port again. Rejects if the port is taken. */
  listen(): Promise<string>;
  /** Drops all connections, active ones too. */
  close(): Promise<void>;
}

/** 127.0.0.1 only: anyone who reaches the stand-in can control it. */
const HOST = '127.0.0.1';

/** Returns a stand-in for PyPI and pypistats.org that serves these projects, and misbehaves on demand. */
export function createStandIn(options: StandInOptions): StandIn {
  const { maxLoggedRequests = 1_000 } = options;
  const parts = createParts(options);
  const answer = createAnswerer(parts);
  const { find: _, ...changes } = parts.projects;
  const log: LoggedRequest[] = [];
  let port = options.port ?? 0;

  const server = createServer((request, response) => {
    const exchange = openExchange(request, response);
    const { logged, url } = exchange;
    const route = matchRoute(logged.method, url.pathname);
    if (route) log.push(logged);
    log.splice(0, log.length - maxLoggedRequests);
    answer(exchange, route)
      .then((given) => given && send(exchange, given))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  const origin = () => {
    if (port === 0) throw new Error('the stand-in has not listened yet');
    return `http://${HOST}:${port}`;
  };

  return {
    ...changes,
    misbehave: parts.rules.misbehave,
    behave: parts.rules.behave,
    lag: parts.cdn.lag,
    rewind: parts.journal.rewind,
    get url() {
      return origin();
    },
    get requests() {
      return [...log];
    },
    async listen() {
      port = await listenHere(server, port);
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

type Parts = ReturnType<typeof createParts>;

function createParts({ projects, callsPerHour }: StandInOptions) {
  const feed = createFeed();
  const journal = createJournal(feed.note);
  return {
    feed,
    journal,
    projects: createProjectIndex(projects, journal),
    rules: createRules(),
    cdn: createCdn(),
    answerCall: createChangelogMethods(callsPerHour),
  };
}

/** Returns what finds the answer to a request; undefined if a fault has dealt with the connection. */
function createAnswerer(parts: Parts) {
  const faults = createFaults();
  const control = createControl(parts);
  return async (exchange: Exchange, route: Route | undefined): Promise<Answer | undefined> => {
    const { url, logged } = exchange;
    const isControl = url.pathname.startsWith('/-/');
    if (isControl && logged.method === 'POST') return control(url);
    if (isControl || (route?.api !== 'xmlrpc' && !['GET', 'HEAD'].includes(logged.method))) {
      return textPage(405, '405 Method Not Allowed');
    }
    if (!route) return textPage(404, '404 Not Found');
    const responder = responderFor(route, exchange, parts);
    const rule = parts.rules.find(route);
    if (!rule) return responder.respond();
    return faults[rule.mode]({ exchange, api: route.api, rule, ...responder });
  };
}
