import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { answers, type PartOptions } from './part.ts';

const RULES = resolve(import.meta.dirname, '../varnish');

/** Parameters of varnishd that differ from its defaults. */
export const EDGE_PARAMETERS: readonly string[] =
  // A canonical URL may contain a logo.
  ['-p', 'workspace_client=512k']
    // The largest picture replaces 600 small ones; the default limit is 50.
    .concat(['-p', 'nuke_limit=1000'])
    // A miss takes two threads; without free threads, connections are reset, even those of hits.
    .concat(['-p', 'thread_pool_min=50', '-p', 'thread_pool_max=2000'])
    // A client that is slow to send a request occupies a thread.
    .concat(['-p', 'timeout_idle=5'])
    // By default, a node that refused a connection gets no requests for 0.25 s. Probes decide instead.
    .concat(['-p', 'backend_remote_error_holddown=0']);

/** Size and parameters of varnishd. A test compares them with docker-compose.yml. */
export const EDGE_ARGUMENTS: readonly string[] = ['-s', 'malloc,256m']
  .concat(['-s', 'Transient=malloc,64m'])
  .concat(EDGE_PARAMETERS);

export interface EdgeOptions {
  readonly name: string;
  readonly publicPort: number;
  readonly purgePort: number;
  /** Directory for the site (`backends.vcl`) and the working directory of varnishd (`n`). */
  readonly directory: string;
  /** Local ports of the API's processes; both may be the same. */
  readonly nodePorts: readonly [number, number];
  /** Without it every purge is refused. */
  readonly purgeKey?: string;
  /** The VCL file; `varnish/default.vcl` by default. */
  readonly vcl?: string;
  /** Size of varnishd; `EDGE_ARGUMENTS` by default. */
  readonly arguments?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Writes the site of this machine and describes its varnishd, without starting it. */
export async function describeEdge(options: EdgeOptions): Promise<PartOptions> {
  const { directory, environment, publicPort, purgePort } = options;
  await writeFile(join(directory, 'backends.vcl'), await siteOf(options.nodePorts));
  return {
    name: options.name,
    program: 'varnishd',
    // The jail would switch root to a user who cannot read a checkout in a home directory.
    args: ['-j', 'none', '-F', '-n', join(directory, 'n')]
      .concat(['-f', options.vcl ?? join(RULES, 'default.vcl'), '-p', `vcl_path=${directory}`])
      .concat(['-a', `public=127.0.0.1:${publicPort}`, '-a', `purge=127.0.0.1:${purgePort}`])
      .concat(options.arguments ?? EDGE_ARGUMENTS),
    settings: { PURGE_KEY: options.purgeKey ?? '' },
    // Debian installs varnishd outside the PATH of users.
    environment: { ...environment, PATH: `${environment['PATH']}${delimiter}/usr/sbin` },
    // Any status counts: the edge answers 404 for this path.
    isReady: () => answers(`http://127.0.0.1:${publicPort}/-/ready`),
  };
}

/** Returns the site `local` with other ports. */
async function siteOf(nodePorts: readonly number[]): Promise<string> {
  const local = await readFile(join(RULES, 'backends/local/backends.vcl'), 'utf8');
  const ports = nodePorts.values();
  return local.replace(/\.port = "\d+"/g, () => `.port = "${ports.next().value}"`);
}
