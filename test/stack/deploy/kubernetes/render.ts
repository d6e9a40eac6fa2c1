import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT, runTool } from '../deployed.ts';

/** What can be applied with `kubectl apply -k`. */
export const OVERLAYS = ['.', 'ingress', 'single-node'] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** The secrets of the tests, in the place of those that deploy/kubernetes/README.md makes. */
export const SECRETS = [
  'PURGE_KEY=the-key',
  'REDIS_PASSWORD=the-password',
  'REDIS_URL=redis://:the-password@redis:6379',
].join('\n');

/** Copies the files that kustomize reads into a folder, with secrets. */
export function copyManifests(folder: string): void {
  for (const part of ['deploy/kubernetes', 'varnish'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'deploy/kubernetes/base/secrets.env'), `${SECRETS}\n`);
}

/** Returns the YAML that kubectl would apply; rejects with its message. */
export async function render(folder: string, overlay: Overlay): Promise<string> {
  // Without warnings of what is deprecated.
  const script = 'kubectl kustomize "$1" 2>err || { cat err >&2; exit 1; }';
  const yaml = await runTool(
    'sh',
    ['-c', script, 'sh', join(folder, 'deploy/kubernetes', overlay)],
    {
      cwd: folder,
    },
  );
  // kubectl wraps long secrets, which Kubernetes takes and the schemas do not.
  return yaml.replace(
    /: \|\n((?: {4}[\w+/]+={0,2}\n)+)/g,
    (_, lines: string) => `: ${lines.replace(/\s/g, '')}\n`,
  );
}

/** The objects of a YAML stream. Throws if it is not YAML, or has a key twice. */
export function parseDocuments(text: string): unknown[] {
  const objects = parseAllDocuments(text).map((document): unknown => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    return object;
  });
  return objects.filter((object) => object !== null);
}
