import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';

/** The folder of the project, as `/opt/pypins` and the image's `/app` are. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** An image by name, exact version and digest. */
export const PINNED = /^[a-z]+:\d+\.\d+\.\d+[\w.-]*@sha256:[\da-f]{64}$/;

/** Returns those paths of the project where nothing is. */
export function findMissing(paths: readonly string[]): string[] {
  return paths.filter((path) => !existsSync(join(ROOT, path)));
}

const list = z.array(z.string()).default([]);
const serviceSchema = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: list,
  tmpfs: list,
  ports: list,
  networks: z.union([
    z.array(z.string()).transform((names) => Object.fromEntries(names.map((name) => [name, null]))),
    z.record(z.string(), z.object({ ipv4_address: z.string() }).nullable()),
  ]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  logging: z.object({ options: z.record(z.string(), z.string()) }).optional(),
  mem_limit: z.string().optional(),
  user: z.string().optional(),
  pids_limit: z.number().optional(),
  read_only: z.boolean().default(false),
  cap_drop: list,
  security_opt: list,
  restart: z.string().optional(),
  stop_grace_period: z.string().optional(),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()),
});

export type ComposeService = z.infer<typeof serviceSchema>;

/** Returns docker-compose.yml as it stands, anchors resolved and variables not. */
export function readCompose(): z.infer<typeof composeSchema> {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  return composeSchema.parse(parse(text, { merge: true }));
}

/** One instruction of a Dockerfile: its name in capitals, and the rest with its lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export function readDockerfile(): Instruction[] {
  return readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { name: name.toUpperCase(), text };
    });
}

/** The arguments of the last CMD, ENTRYPOINT or HEALTHCHECK in the form of a list. */
export function commandOf(name: string): string[] {
  const text = readDockerfile().findLast((each) => each.name === name)?.text ?? '';
  return z.array(z.string()).parse(JSON.parse(/\[.*\]$/.exec(text)?.[0] ?? '[]'));
}

/** Runs a tool to its end and returns what it wrote; rejects with that where it fails. */
export async function runTool(
  tool: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<string> {
  const env = { PATH: `${process.env['PATH']}:/usr/sbin`, ...options.env };
  const { stdout, stderr } = await promisify(execFile)(tool, args, { env, cwd: options.cwd });
  return stdout + stderr;
}

/** The path of the program that a command line of the image begins with, in a copy of the image. */
export function programIn(image: string, program = ''): string {
  return program === 'node' ? process.execPath : join(image, program.replace('/app/', ''));
}
