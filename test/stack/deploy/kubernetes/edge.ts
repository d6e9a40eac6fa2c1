import { basename, dirname, join, normalize } from 'node:path/posix';
import { type Objects, workloadsOf } from './objects.ts';
import type { Container, Pod } from './pod-schema.ts';
import { dataOf } from './references.ts';

/** The files that a container has from ConfigMaps: path → text. */
export function filesOf(
  { volumeMounts }: Container,
  pod: Pod,
  objects: Objects,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, mountPath, subPath } of volumeMounts) {
    const volume = pod.spec.volumes.find((each) => each.name === name);
    const data = Object.entries(dataOf(objects, 'ConfigMap', volume?.configMap?.name) ?? {});
    for (const [key, text] of data) {
      if (subPath === undefined) files.set(join(mountPath, key), text);
      else if (subPath === key) files.set(join(dirname(mountPath), basename(mountPath)), text);
    }
  }
  return files;
}

/** Returns the files that varnishd would not find: the first one, and what it includes. */
export function edgeFaults(objects: Objects): string[] {
  return workloadsOf(objects).flatMap(({ spec: { template } }) =>
    template.spec.containers
      .filter(({ command }) => command[0] === 'varnishd')
      .flatMap((container) => {
        const { command } = container;
        const files = filesOf(container, template, objects);
        const first = command[command.indexOf('-f') + 1] ?? '';
        const [, site = ''] = /vcl_path=(\S+)/.exec(command.join(' ')) ?? [];
        return findMissing(first, site, files).map((path) => `varnish: no file ${path}`);
      }),
  );
}

/** An include that begins with `./` is beside the file that includes it, any other in the site. */
function findMissing(path: string, site: string, files: ReadonlyMap<string, string>): string[] {
  const text = files.get(path);
  if (text === undefined) return [path];
  const included = [...text.matchAll(/^include "([^"]+)";/gm)].map(([, name = '']) => name);
  return included.flatMap((name) =>
    findMissing(normalize(join(name.startsWith('./') ? dirname(path) : site, name)), site, files),
  );
}
