import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerHonestly } from './answers.ts';
import { createConducts } from './conducts.ts';
import { turnSwitch } from './control.ts';
import { textPage } from './error-pages.ts';
import { send, type Answer, type Exchange, type LoggedRequest } from './exchange.ts';
import { createRules, type Rules } from './misbehaviour.ts';
import { createProjectIndex, type ProjectIndex, type StandInProject } from './project-index.ts';
import { readQuestion } from './question.ts';

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
}

/** PyPI and pypistats.org on one origin: `PYPI_URL` and `PYPISTATS_URL` both point to `url`. */
export interface StandIn
  extends Pick<Rules, 'misbehave' | 'behave'>, Pick<ProjectIndex, 'update' | 'publish' | 'remove'> {
  /** The origin, without a slash at the end; throws while the port is not known. */
  readonly url: string;
  /** The last requests to the two APIs, the oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Listens and gives the origin; after `close` on the same port again. Rejects when the port is taken. */
  listen(): Promise<string>;
  /** Drops all connections, those under way as well. */
  close(): Promise<void>;
}

/** A stand-in for PyPI and pypistats.org that serves the projects given, and misbehaves when told to. */
export function createStandIn(options: StandInOptions): StandIn {
  const { host = '127.0.0.1', maxLoggedRequests = MAX_LOGGED_REQUESTS } = options;
  const projects = createProjectIndex(options.projects);
  const rules = createRules();
  const answer = createAnswerer(projects, rules, options.homePage);
  const log: LoggedRequest[] = [];
  let port = options.port ?? 0;

  const server = createServer((request, response) => {
    const { exchange, logged } = openExchange(request, response);
    if (readQuestion(exchange.url)) log.push(logged);
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
    remove: projects.remove,
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

/** Decides what a request gets: the answer, or undefined where a misbehaviour has dealt with the connection. */
function createAnswerer(projects: ProjectIndex, rules: Rules, homePage?: () => string) {
  const conducts = createConducts();
  return async (exchange: Exchange): Promise<Answer | undefined> => {
    const { request, url } = exchange;
    const isSwitch = url.pathname.startsWith('/-/');
    if (isSwitch && request.method === 'POST') return turnSwitch(url, rules, projects);
    if (isSwitch || !['GET', 'HEAD'].includes(request.method ?? '')) {
      return textPage(405, '405 Method Not Allowed');
    }
    if (url.pathname === '/' && homePage) return textPage(200, homePage());
    const question = readQuestion(url);
    if (!question) return textPage(404, '404 Not Found');
    const honest = answerHonestly(question, projects.find);
    const rule = rules.find(question.api, question.name);
    return rule ? conducts[rule.mode]({ exchange, api: question.api, rule, honest }) : honest;
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
