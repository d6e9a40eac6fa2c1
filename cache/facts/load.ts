import type { FactsSource, Known, Loaded } from './contract.ts';

export interface Loader<T> {
  /** The source's answer. Rejects as the source does, after `loadTimeoutMs`, or when the loader is closed. */
  readonly load: (id: string, previous: Known<T> | undefined) => Promise<Loaded<T>>;
  /** Cuts the loads under way. */
  readonly close: () => void;
}

/** Puts an end to every load, whether or not the source heeds its signal. */
export function createLoader<T>(source: FactsSource<T>, loadTimeoutMs: number): Loader<T> {
  const loads = new Set<AbortController>();

  const load = async (id: string, previous: Known<T> | undefined): Promise<Loaded<T>> => {
    const control = new AbortController();
    const { signal } = control;
    loads.add(control);
    const timer = setTimeout(() => {
      control.abort(new Error(`no answer within ${loadTimeoutMs} ms`));
    }, loadTimeoutMs);
    try {
      return await Promise.race([source.load(id, previous, signal), rejectOnAbort(signal)]);
    } finally {
      clearTimeout(timer);
      loads.delete(control);
    }
  };

  return {
    load,
    close() {
      for (const control of loads) control.abort(new Error('closing'));
    },
  };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
