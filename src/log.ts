import { type DestinationStream, type Logger, destination, pino, stdSerializers } from 'pino';

const BUFFER_BYTES = 4_096;
const FLUSH_MS = 1_000;
/** Lines that cannot be written are kept up to this size, then dropped. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** A log of JSON lines on standard output, written in batches at least once a second. */
export interface Log {
  readonly log: Logger;
  /** Flushes the log; it must not be used afterwards. */
  readonly close: () => Promise<void>;
}

export function createLog(level: string): Log {
  const stream = destination({
    fd: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    maxLength: MAX_KEPT_BYTES,
  });
  // A service without a log serves on: its file may be on a full disk.
  stream.on('error', () => undefined);
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: { err: stdSerializers.err },
    },
    stream as DestinationStream,
  );
  const timer = setInterval(() => stream.flush(), FLUSH_MS).unref();
  return {
    log,
    async close() {
      clearInterval(timer);
      const failure = await new Promise<Error | undefined>((resolve) => stream.flush(resolve));
      // At the exit it would try again for ever.
      if (failure) stream.destroy();
    },
  };
}
