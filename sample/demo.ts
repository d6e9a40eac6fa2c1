#!/usr/bin/env node
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import closeWithGrace from 'close-with-grace';
import { z } from 'zod';
import { serve } from '../src/commands/serve.ts';
import { SettingsError } from '../src/errors.ts';
import { sampleProjects } from './projects/sample-projects.ts';
import { createStandIn } from './stand-in.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORTS = { PORT: '8080', ADMIN_PORT: '8081', SAMPLE_PORT: '8090' } as const;
const portSchema = z.coerce.number('SAMPLE_PORT: must be a port').int().min(0).max(65_535);
const CACHE_DIR = path.join(import.meta.dirname, '..', '.cache', 'demo');
const SHUTDOWN_MS = 15_000;

const FEW_BADGES = [
  '/version/requests/badge.svg',
  '/pypi/v/Flask.svg?style=for-the-badge',
  '/pypi/pyversions/sample-pythons.svg',
  '/pypi/l/sample-license-or.svg',
  '/d/sample-billions/badge.png?scale=2',
  '/badge/made_with-care-ff69b4.svg?style=plastic',
];

// oxlint-disable-next-line node/no-process-env -- a program of its own; it hands its settings to the service
const environment = { ...DEFAULT_PORTS, ...process.env };
try {
  await runDemo(environment);
} catch (error) {
  process.stderr.write(`${explain(error, environment)}\n`);
  process.exit(1);
}

/** Starts the sample index and the service in front of it, prints what to open, and stops both on a signal. */
async function runDemo(given: Environment): Promise<void> {
  const port = portSchema.parse(given['SAMPLE_PORT']);
  const standIn = createStandIn({ projects: sampleProjects, port });
  await standIn.listen();
  const service = await serve(await settingsOf(given, standIn.url));
  process.stdout.write(welcome(service, standIn.url));
  closeWithGrace({ delay: SHUTDOWN_MS }, async () => {
    await service.close();
    await standIn.close();
  });
}

/** Returns the service's settings. Its cache starts empty and is soon stale, so that changes of the sample index show. */
async function settingsOf(given: Environment, sampleUrl: string): Promise<Environment> {
  if (given['CACHE_DIR'] === undefined) {
    await rm(CACHE_DIR, { recursive: true, force: true });
    await mkdir(CACHE_DIR, { recursive: true });
  }
  return {
    HOST: '127.0.0.1',
    CACHE_DIR,
    CONTACT: 'demo@sample.invalid',
    FACTS_FRESH_SECONDS: '10',
    LOG_LEVEL: 'warn',
    ...given,
    PYPI_URL: sampleUrl,
    PYPISTATS_URL: sampleUrl,
    PYPI_INDEXES: 'none',
    PYPI_PER_MINUTE: '10000000',
  };
}

function welcome(service: { url: string; adminUrl: string }, sampleUrl: string): string {
  return `
pypins serves badges for the sample index. Find badges, and see every kind and style:

  ${service.url}/
  ${service.url}/docs

Some badges:

${FEW_BADGES.map((badge) => `  ${service.url}${badge}`).join('\n')}

Metrics and health: ${service.adminUrl}

Publish a release, or make the sample index fail. Badges follow after ten seconds; reload the page:

  curl -X POST '${sampleUrl}/-/publish?project=requests'
  curl -X POST '${sampleUrl}/-/misbehave?mode=503'
  curl -X POST '${sampleUrl}/-/behave'

Press Ctrl-C to stop.
`;
}

/** Returns the error's message for people: one sentence for a wrong setting, such as a port in use. */
function explain(error: unknown, given: Environment): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof z.ZodError) return z.prettifyError(error);
  if (error instanceof SettingsError) return error.message;
  if (!('code' in error && error.code === 'EADDRINUSE' && 'port' in error)) {
    return error.stack ?? error.message;
  }
  const taken = Number(error.port);
  const setting = Object.keys(DEFAULT_PORTS).find((name) => Number(given[name]) === taken);
  return `Port ${taken} is in use. Choose another: ${setting ?? 'PORT'}=${taken + 100} make demo`;
}
