import { z } from 'zod';
import type { FactsSource, Known, Loaded } from '../../../../cache/facts/contract.ts';

type Answerer = (signal: AbortSignal) => Loaded<string> | Promise<Loaded<string>>;

/** An upstream with scripted answers; a value is fresh for ten minutes. */
export interface Upstream extends FactsSource<string> {
  /** Loads so far, in order. */
  readonly calls: { id: string; previous: Known<string> | undefined }[];
  /** The error of `fails()`. */
  readonly failure: Error;
  answers(answer: Answerer): void;
  says(value: string, more?: { validator?: string; serial?: number; afterMs?: number }): void;
  fails(): void;
}

export function createUpstream(): Upstream {
  const calls: Upstream['calls'] = [];
  const failure = new Error('the upstream is down');
  let current: Answerer = () => Promise.reject(failure);
  return {
    name: 'fake',
    calls,
    failure,
    schema: z.string(),
    freshUntilMs: (fetchedAtMs) => fetchedAtMs + 600_000,
    async load(id, previous, signal) {
      calls.push({ id, previous });
      return await current(signal);
    },
    answers(answer) {
      current = answer;
    },
    says(value, { validator, serial, afterMs = 0 } = {}) {
      current = async () => {
        if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
        return { state: 'known', value, validator, serial };
      };
    },
    fails() {
      current = () => Promise.reject(failure);
    },
  };
}
