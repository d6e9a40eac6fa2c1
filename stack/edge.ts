import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { answers, type PartOptions } from './part.ts';

const RULES = resolve(import.meta.dirname, '../varnish');

/** The parameters of varnishd that differ from its own. */
export const EDGE_PARAMETERS: readonly string[] =
  // A canonical URL may hold a logo.
  ['-p', 'workspace_client=256k']
    // The largest picture takes the place of 600 small ones, where 50 would be given up for it.
    .concat(['-p', 'nuke_limit=1000'])
    // A miss holds two threads; where there are none left, connections are reset, those of hits too.
    .concat(['-p', 'thread_pool_min=50', '-p', 'thread_pool_max=2000'])
    // Whoever is slow to send a request holds a thread until then.
    .concat(['-p', 'timeout_idle=5'])
    // A node that has refused a connection would not be asked for a quarter of a second, though it may be back: probes tell.
    .concat(['-p', 'backend_remote_error_holddown=0']);

/** How varnishd is sized: as in docker-compose.yml, which a test compares. */
export const EDGE_ARGUMENTS: readonly string[] = ['-s', 'malloc,256m']
  .concat(['-s', 'Transient=malloc,64m'])
  .concat(EDGE_PARAMETERS);

export interface EdgeOptions {
  readonly name: string;
  readonly publicPort: number;
  readonly purgePort: number;
  /** A directory of its own, for its site (`backends.vcl`) and what varnishd shares with varnishstat (`n`). */
  readonly directory: string;
  /** Ports of the API's processes on this machine; one may stand for both. */
  readonly nodePorts: readonly [number, number];
  /** Left out: every purge is refused. */
  readonly purgeKey?: string;
  /** The VCL file, `varnish/default.vcl` where left out. */
  readonly vcl?: string;
  /** How it is sized, `EDGE_ARGUMENTS` where left out. */
  readonly arguments?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Writes the site of this machine, and describes the varnishd that has it; not started yet. */
export async function describeEdge(options: EdgeOptions): Promise<PartOptions> {
  const { directory, environment, publicPort, purgePort } = options;
  await writeFile(join(directory, 'backends.vcl'), await siteOf(options.nodePorts));
  return {
    name: options.name,
    program: 'varnishd',
    // With its jail, root would become a user who cannot read a checkout in somebody's home.
    args: ['-j', 'none', '-F', '-n', join(directory, 'n')]
      .concat(['-f', options.vcl ?? join(RULES, 'default.vcl'), '-p', `vcl_path=${directory}`])
      .concat(['-a', `public=127.0.0.1:${publicPort}`, '-a', `purge=127.0.0.1:${purgePort}`])
      .concat(options.arguments ?? EDGE_ARGUMENTS),
    settings: { PURGE_KEY: options.purgeKey ?? '' },
    // Debian has it where only root looks.
    environment: { ...environment, PATH: `${environment['PATH']}${delimiter}/usr/sbin` },
    // Any answer will do: the edge keeps this path to itself.
    isReady: () => answers(`http://127.0.0.1:${publicPort}/-/ready`),
  };
}

/** The site `local`, with other ports. */
async function siteOf(nodePorts: readonly number[]): Promise<string> {
  const local = await readFile(join(RULES, 'backends/local/backends.vcl'), 'utf8');
  const ports = nodePorts.values();
  return local.replace(/\.port = "\d+"/g, () => `.port = "${ports.next().value}"`);
}
