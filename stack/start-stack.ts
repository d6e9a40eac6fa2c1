import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEdge } from './edge.ts';
import { createPart, type Part, type PartOptions } from './part.ts';
import { checkPorts } from './ports.ts';
import {
  describeFollower,
  describeNode,
  describeRedis,
  describeSample,
  redisUrlOf,
  type SiteOptions,
  urlOf,
} from './describe-parts.ts';

/** All of pypins on one machine: varnishd, two processes of the API, Redis, followers, and the sample index. */
export interface Stack {
  /** Public URL of the badges. */
  readonly edgeUrl: string;
  /** URL of the listener for purges. */
  readonly purgeUrl: string;
  readonly redisUrl: string;
  /** URL of the sample index; undefined with other upstreams. */
  readonly sampleUrl: string | undefined;
  /** URLs of the API's processes, as the edge uses them. */
  readonly nodeUrls: readonly [string, string];
  /** Admin URLs of the API's processes. */
  readonly adminUrls: readonly [string, string];
  /** Option `-n` of varnishstat and varnishlog. */
  readonly edgeDirectory: string;
  readonly edge: Part;
  readonly nodes: readonly [Part, Part];
  /** The followers of PyPI's releases, of which one leads. */
  readonly followers: readonly Part[];
  readonly redis: Part;
  readonly sample: Part | undefined;
  /** Stops all parts and removes their directory. */
  close(): Promise<void>;
}

export interface StackOptions extends SiteOptions {
  readonly onLine?: (part: string, line: string) => void;
  /** Called if a part ends without `kill`, `stop` or `close`; it is not restarted. */
  readonly onEnd?: (part: Part, how: string) => void;
}

/** Starts the stack and waits until it is ready. Rejects with a `PortTakenError` or the last output of a part. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { ports, withSample = true } = options;
  const { SAMPLE_PORT, ...others } = ports;
  await checkPorts(withSample ? ports : others);
  const directory = await mkdtemp(join(tmpdir(), 'pypins-stack-'));
  const parts = await createParts(options, directory);
  const { edge, nodes, followers, redis, sample } = parts;

  const close = async (): Promise<void> => {
    // The edge first: a node that stops waits for its clients.
    await edge.stop();
    await Promise.all([...nodes, ...followers].map((part) => part.stop()));
    await Promise.all([redis.stop(), sample?.stop()]);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await Promise.all([redis.start(), sample?.start()]);
    await Promise.all([edge, ...nodes].map((part) => part.start()));
    // A follower purges the edge when it begins.
    await Promise.all(followers.map((part) => part.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...parts,
    edgeUrl: urlOf(ports.EDGE_PORT),
    purgeUrl: urlOf(ports.PURGE_PORT),
    redisUrl: redisUrlOf(ports),
    sampleUrl: withSample ? urlOf(SAMPLE_PORT) : undefined,
    nodeUrls: [urlOf(ports.API1_PORT), urlOf(ports.API2_PORT)],
    adminUrls: [urlOf(ports.API1_ADMIN_PORT), urlOf(ports.API2_ADMIN_PORT)],
    edgeDirectory: join(directory, 'n'),
    close,
  };
}

type Parts = Pick<Stack, 'edge' | 'nodes' | 'followers' | 'redis' | 'sample'>;

async function createParts(options: StackOptions, directory: string): Promise<Parts> {
  const { ports, purgeKey, environment, withSample = true, followers = 0 } = options;
  const make = (described: PartOptions): Part => {
    const part = createPart({
      ...described,
      onLine: (line) => options.onLine?.(described.name, line),
      onEnd: (how) => options.onEnd?.(part, how),
    });
    return part;
  };
  const edge = await describeEdge({
    name: 'edge',
    publicPort: ports.EDGE_PORT,
    purgePort: ports.PURGE_PORT,
    directory,
    nodePorts: [ports.API1_PORT, ports.API2_PORT],
    purgeKey,
    arguments: options.edgeArguments,
    // The edge has the same rate limits as the nodes.
    environment: { ...environment, ...options.settings },
  });
  return {
    edge: make(edge),
    nodes: [
      make(await describeNode(options, directory, 1)),
      make(await describeNode(options, directory, 2)),
    ],
    followers: await Promise.all(
      Array.from({ length: followers }, async (_, number) =>
        make(await describeFollower(options, directory, number + 1)),
      ),
    ),
    redis: make(describeRedis(options, directory)),
    sample: withSample ? make(describeSample(options)) : undefined,
  };
}
