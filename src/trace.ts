import { AsyncLocalStorage } from 'node:async_hooks';

/** W3C Trace Context, version 00: the ids of the trace and of the caller's span, which may not be zero, and flags. */
const TRACEPARENT = /^00-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Where OpenTelemetry's API keeps what has been registered with it, in every one of its versions so far. */
const OPEN_TELEMETRY = Symbol.for('opentelemetry.js.api.1');

const traces = new AsyncLocalStorage<string>();

/** The trace that a request belongs to, as its caller says. */
export interface Trace {
  /** 32 hexadecimal digits, for the log. */
  readonly id: string;
  /** The whole header. */
  readonly traceparent: string;
}

/** Reads a `traceparent` header; undefined without one, or if it is not valid. Its text is the caller's choice. */
export function readTrace(header: string | string[] | undefined): Trace | undefined {
  const [traceparent, id] = (typeof header === 'string' && TRACEPARENT.exec(header)) || [];
  return traceparent === undefined || id === undefined ? undefined : { id, traceparent };
}

/** Runs a task, and everything that it starts, as a part of the trace. */
export function inTrace<T>(trace: Trace | undefined, task: () => T): T {
  return trace === undefined ? task() : traces.run(trace.traceparent, task);
}

/**
 * Returns the headers that hand the trace of the running task on to an upstream. None if OpenTelemetry is loaded, which
 * adds its own for a span of its own.
 */
export function traceHeaders(): { traceparent?: string } {
  const traceparent = traces.getStore();
  return traceparent === undefined || OPEN_TELEMETRY in globalThis ? {} : { traceparent };
}
