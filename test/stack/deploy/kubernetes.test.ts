import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isMissing } from '../../support/programs.ts';
import { makeTempDirectory, tempDirectoryForTest } from '../../support/temp.ts';
import { blocksOf, createMachine } from './document.ts';
import { findFaults } from './kubernetes/faults.ts';
import { MUTATIONS } from './kubernetes/mutations.ts';
import {
  copyManifests,
  OVERLAYS,
  type Overlay,
  parseDocuments,
  render,
} from './kubernetes/render.ts';

/*
 * The manifests as kubectl renders them, without a cluster: deploy/kubernetes/README.md says what that leaves open. Each
 * check is shown to find the fault that it is there for.
 */

/** An object as YAML and as it is read. */
interface Rendered {
  readonly name: string;
  readonly yaml: string;
  readonly objects: readonly unknown[];
}

describe.skipIf(isMissing('kubectl'))('the manifests', () => {
  const rendered = new Map<Overlay, Rendered[]>();
  const objectsOf = (overlay: Overlay): unknown[] =>
    (rendered.get(overlay) ?? []).flatMap(({ objects }) => objects);
  const namesOf = (overlay: Overlay): string[] =>
    (rendered.get(overlay) ?? []).map(({ name }) => name).toSorted();

  beforeAll(async () => {
    const { path, remove } = await makeTempDirectory();
    copyManifests(path);
    for (const overlay of OVERLAYS) {
      const yaml = await render(path, overlay);
      rendered.set(overlay, yaml.split(/^---\n/m).map(readRendered));
    }
    return remove;
  });

  test.each(OVERLAYS)('%s has no fault', async (overlay) => {
    expect(await findFaults(objectsOf(overlay))).toEqual([]);
  });

  test('are the API with its autoscaler, followers, Varnish with the addresses of its nodes, and Redis', () => {
    const kinds = /^(?:Deployment|StatefulSet|Service|HorizontalPodAutoscaler) /;
    expect(namesOf('.').filter((name) => kinds.test(name))).toEqual([
      'Deployment api',
      'Deployment follower',
      'Deployment redis',
      'HorizontalPodAutoscaler api',
      'Service api',
      'Service redis',
      'Service varnish',
      'Service varnish-nodes',
      'StatefulSet varnish',
    ]);
  });

  test('an ingress adds a name; a single node has a volume instead of Redis', () => {
    expect(namesOf('ingress')).toEqual([...namesOf('.'), 'Ingress varnish'].toSorted());
    const withoutRedis = namesOf('.').filter((name) => !name.includes('redis'));
    const withVolume = [...withoutRedis, 'PersistentVolumeClaim cache'].toSorted();
    expect(namesOf('single-node')).toEqual(withVolume);
  });

  // `ingress` has all that `.` has.
  test.each(['ingress', 'single-node'] as const)(
    '%s: each misspelt key is found',
    async (overlay) => {
      const objects = objectsOf(overlay);
      const unnoticed: string[] = [];
      for (const [place, object] of objects.entries())
        for (const path of keysOf(object)) {
          const changed = objects.with(place, misspell(object, path));
          if ((await findFaults(changed)).length === 0) unnoticed.push(path.join('/'));
        }
      expect(unnoticed.filter((path) => !FREE[overlay].test(path))).toEqual([]);
    },
  );

  test.each(MUTATIONS)('refused: $overlay $object: $from → $to', async (mutation) => {
    const { overlay, object, from, to, fault } = mutation;
    const all = rendered.get(overlay) ?? [];
    const place = all.findIndex(({ name }) => name === object);
    const before = all[place]?.yaml ?? '';
    const after = before.replace(from, to);
    expect(after, `${object} with ${String(from)}`).not.toBe(before);
    const changed = all.flatMap(({ objects }, at) =>
      at === place ? parseDocuments(after) : objects,
    );
    expect((await findFaults(changed)).join('\n')).toMatch(fault);
  });
});

test.skipIf(isMissing('kubectl', 'openssl'))(
  'the procedures: install names the image and the secrets, and a new key renames the Secret',
  async () => {
    const machine = createMachine(await tempDirectoryForTest());
    const folder = machine.path('checkout');
    copyManifests(folder);
    rmSync(join(folder, 'deploy/kubernetes/base/secrets.env'));
    const run = async (heading: string, blocks: readonly number[]): Promise<void> => {
      const variables = {
        IMAGE: 'registry.example.net/team/pypins',
        digest: `sha256:${'a'.repeat(64)}`,
        INGRESS_NAMESPACE: 'in',
        MONITORING_NAMESPACE: 'watch',
      };
      const all = blocksOf(heading, 'deploy/kubernetes/README.md');
      for (const block of blocks)
        await machine.run(`cd '${folder}'\n${all[block] ?? 'exit 1'}`, variables);
    };

    await expect(render(folder, '.')).rejects.toThrow(/secrets\.env/);
    await run('## Install', [1, 2, 3]);
    const installed = await render(folder, 'ingress');
    expect(await findFaults(parseDocuments(installed))).toEqual([]);
    const image = `registry.example.net/team/pypins@sha256:${'a'.repeat(64)}`;
    expect(installed.split(`image: ${image}`)).toHaveLength(3);
    await run('## Upgrade', [0]);
    await run('## Roll back', [0]);
    await run('## Rotate the purge key', [0]);
    const secretsIn = (yaml: string): string[] => [
      ...new Set([...yaml.matchAll(/\bsecrets-\w+/g)].map(([name]) => name)),
    ];
    const rotated = secretsIn(await render(folder, 'ingress'));
    expect(rotated).toHaveLength(1);
    expect(rotated).not.toEqual(secretsIn(installed));
    const applied = machine.noted().filter((call) => call.startsWith('kubectl apply'));
    expect(applied).toEqual(Array(3).fill('kubectl apply -k deploy/kubernetes/ingress'));
  },
);

/** Keys of one's own, and what nothing uses. */
const FREE = {
  ingress: /^metadata\/labels\//,
  'single-node': /^(?:metadata\/labels\/|data\/REDIS_)/,
};

/** The path of each key within an object. */
function keysOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  const paths = Object.keys(value).map((key) => path.concat(key));
  const members = Object.values(value).flatMap((member, place) => keysOf(member, paths[place]));
  return Array.isArray(value) ? members : paths.concat(members);
}

/** Returns a copy whose key at that path has a letter more. */
function misspell(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) return value.with(Number(key), misspell(value[Number(key)], rest));
  const entries = Object.entries(value ?? {}).map(([name, member]): [string, unknown] => {
    if (name !== key) return [name, member];
    return rest.length === 0 ? [`${name}x`, member] : [name, misspell(member, rest)];
  });
  return Object.fromEntries(entries);
}

const namedSchema = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });

/** Names are without the hashes of generated ones. */
function readRendered(yaml: string): Rendered {
  const objects = parseDocuments(yaml);
  const { kind, metadata } = namedSchema.parse(objects[0]);
  return { name: `${kind} ${metadata.name.replace(/-[a-z\d]{10}$/, '')}`, yaml, objects };
}
