import type { z } from 'zod';
import type { FactsSource, Known, Loaded } from '../../cache/facts/contract.ts';
import type { UpstreamClient, UpstreamRequest } from '../upstream/client.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { type Budget, ONLY_SPARE } from './budget.ts';

export interface IndexSourceOptions {
  /** Part of the keys of its records. */
  readonly name: string;
  readonly client: Pick<UpstreamClient, 'get'>;
  readonly budget: Pick<Budget, 'take'>;
  /** A record is fresh for so long. */
  readonly freshSeconds: number;
}

/** An answer of the index, reduced. */
export interface Reduced<T> {
  /** Undefined: the answer lacks what the id names. */
  readonly value: T | undefined;
  /** The serial in the body, for indexes that send no header. */
  readonly serial: number | undefined;
}

/** The request for an id, and what makes facts of the answer's body; it throws for a body that is none. */
export interface Question<T> {
  readonly request: Pick<UpstreamRequest, 'path' | 'accept' | 'leaveOut' | 'onItem'>;
  readonly reduce: (body: string) => Reduced<T>;
}

/**
 * Creates a source of facts of a package index. Known records are refreshed first; unknown names get the spare part of
 * the budget, because a client can invent any number of them.
 */
export function createIndexSource<T>(
  { name, client, budget, freshSeconds }: IndexSourceOptions,
  schema: z.ZodType<T>,
  askFor: (id: string) => Question<T>,
): FactsSource<T> {
  return {
    name,
    schema,
    freshUntilMs: (fetchedAtMs) => fetchedAtMs + freshSeconds * 1000,
    async load(id, previous, signal) {
      await budget.take(previous?.fetchedAtMs ?? ONLY_SPARE, signal);
      return load(client, askFor(id), previous, signal);
    },
  };
}

async function load<T>(
  client: IndexSourceOptions['client'],
  { request, reduce }: Question<T>,
  previous: Known<T> | undefined,
  signal: AbortSignal,
): Promise<Loaded<T>> {
  const answer = await client.get({ ...request, etag: previous?.validator, signal });
  if (answer.status === 304) return { state: 'unchanged' };
  if (answer.status === 404) return { state: 'absent' };
  const { value, serial } = reduceBody(reduce, answer.body);
  if (value === undefined) return { state: 'absent' };
  return {
    state: 'known',
    value,
    validator: answer.etag,
    serial: serialOf(answer.header('x-pypi-last-serial')) ?? serial,
  };
}

function reduceBody<T>(reduce: Question<T>['reduce'], body: string): Reduced<T> {
  try {
    return reduce(body);
  } catch (error) {
    throw new UpstreamError('unparsable', 'sent no valid project', error);
  }
}

function serialOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
