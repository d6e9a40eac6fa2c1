#!/usr/bin/env node
// `make stack`: runs all of pypins on this machine, without Docker.
import { randomBytes } from 'node:crypto';
import closeWithGrace from 'close-with-grace';
import { z } from 'zod';
import type { Part } from './part.ts';
import { PortTakenError } from './ports.ts';
import { type Stack, startStack } from './start-stack.ts';

const SHUTDOWN_MS = 30_000;

const port = (value: number) =>
  z.coerce.number('must be a port').int().min(1).max(65_535).default(value);
const settingsSchema = z.object({
  EDGE_PORT: port(8000),
  PURGE_PORT: port(6085),
  API1_PORT: port(8080),
  API1_ADMIN_PORT: port(8081),
  API2_PORT: port(8082),
  API2_ADMIN_PORT: port(8083),
  FOLLOW_ADMIN_PORT: port(8085),
  REDIS_PORT: port(6380),
  SAMPLE_PORT: port(8090),
  /** 0: the upstreams in PYPI_URL and PYPISTATS_URL, by default the real ones. */
  SAMPLE: z.enum(['0', '1']).default('1'),
  PURGE_KEY: z
    .string()
    .min(1)
    .default(() => randomBytes(8).toString('hex')),
});

const FEW_BADGES = [
  '/version/requests/badge.svg',
  '/pypi/v/Flask.svg?style=for-the-badge',
  '/d/numpy/badge.png?scale=2',
];

// oxlint-disable-next-line node/no-process-env -- a program of its own, whose settings are also the service's
const environment = process.env;
try {
  await runStack();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

/** Starts the stack, prints how to use it, and stops it on a signal. */
async function runStack(): Promise<void> {
  const { SAMPLE, PURGE_KEY, ...ports } = settingsSchema.parse(environment);
  const withSample = SAMPLE === '1';
  const stack = await startStack({
    ports,
    withSample,
    followers: 1,
    purgeKey: PURGE_KEY,
    settings: {
      LOG_LEVEL: environment['LOG_LEVEL'] ?? 'warn',
      PUBLIC_URL: `http://127.0.0.1:${ports.EDGE_PORT}`,
      ...(withSample && { CONTACT: 'stack@sample.invalid' }),
    },
    environment,
    // The other parts write long output that rarely helps.
    onLine: (part, line) =>
      void (/^(?:api|follower)/.test(part) && process.stderr.write(`${part}: ${line}\n`)),
    onEnd: (part, how) => process.stderr.write(obituary(part, how)),
  });
  process.stdout.write(welcome(stack, PURGE_KEY));
  closeWithGrace({ delay: SHUTDOWN_MS }, () => stack.close());
}

function partsOf({ edge, nodes, followers, redis, sample }: Stack) {
  return [edge, ...nodes, ...followers, redis, ...(sample ? [sample] : [])];
}

/** The key is printed once, by `welcome`. */
function obituary({ name, command }: Part, how: string): string {
  return `
${name} has ended (${how}); the other parts keep running. To start it again, in another terminal:

  ${command.replace(/PURGE_KEY=\S+/, 'PURGE_KEY=…')}
`;
}

function welcome(stack: Stack, purgeKey: string): string {
  const { edgeUrl, sampleUrl, redisUrl, purgeUrl } = stack;
  const operator = `VARNISH_URLS=${purgeUrl} PURGE_KEY=${purgeKey} REDIS_URL=${redisUrl}`;
  const publish =
    sampleUrl === undefined
      ? ''
      : `Publish a release; the follower sees it within a minute:\n\n  curl -X POST '${sampleUrl}/-/publish?project=requests'\n\n`;
  return `
pypins is running: Varnish, two processes of the API, a follower of the releases, Redis${sampleUrl === undefined ? '' : ', and the sample index as PyPI'}.

Find badges at ${edgeUrl}/, and see every kind and style at ${edgeUrl}/docs

Badges, through Varnish:

${FEW_BADGES.map((badge) => `  ${edgeUrl}${badge}`).join('\n')}

For operators: ${stack.adminUrls.map((url) => `${url}/metrics`).join(' and ')}; purges at ${purgeUrl}

${publish}Purge a project:

  ${operator} bin/pypins purge requests

See where an answer came from (X-Cache), and what Varnish does:

  curl -sI ${edgeUrl}${FEW_BADGES[0]}
  varnishstat -n ${stack.edgeDirectory}

Kill any process and reload a badge; the process is not restarted:

${partsOf(stack)
  .map(({ name, pid }) => `  kill -9 ${pid}   # ${name}`)
  .join('\n')}

Ctrl-C stops the stack.
`;
}

/** Returns a message for the terminal; for a port that is taken, with the command that chooses another one. */
function explain(error: unknown): string {
  if (error instanceof PortTakenError) return `${error.message} make stack`;
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
