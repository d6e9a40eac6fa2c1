import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * V8 takes its measure from the machine: on one of 24 GB a process that holds 60 MB of live data grew to 560 MB, most of
 * it garbage that was never collected. With these flags it stays below 250 MB (`docs/performance.md`).
 */
const HEAP_FLAGS = [
  '--max-semi-space-size=4',
  '--max-old-space-size=192',
  '--heap-growing-percent=10',
];
/**
 * glibc otherwise keeps freed memory in an arena for each thread, and raises the size from which it gives memory back at
 * once to that of the largest picture ever drawn: 600,000 hostile requests took 35 MB more.
 */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };
/** Node has four threads for files and drawings together: with as many drawings as cores, a look at the disk would wait for one. */
const SPARE_THREADS = 4;
/** Where Node keeps what it has compiled. Named before the first file is read, it spares the stripping of types: 20 MB. */
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');

/**
 * Starts the process anew, in its place, with limits on the heap, which V8 takes only at the start. Does nothing where
 * whoever started it has set a limit, where sockets were handed over, which would be lost, and on Windows.
 */
export function limitHeap(): void {
  // oxlint-disable-next-line node/no-process-env -- what the program is started with, not what it does
  const environment = process.env;
  const options = `${process.execArgv.join(' ')} ${environment['NODE_OPTIONS'] ?? ''}`;
  const isLimited = /--max[-_](?:semi|old)[-_]space[-_]size/.test(options);
  if (isLimited || environment['LISTEN_FDS'] !== undefined || process.platform === 'win32') return;
  const args = [process.execPath, ...HEAP_FLAGS, ...process.execArgv, ...process.argv.slice(1)];
  const threads = `${availableParallelism() + SPARE_THREADS}`;
  const added = { ...MALLOC, UV_THREADPOOL_SIZE: threads, NODE_COMPILE_CACHE: COMPILE_CACHE };
  process.execve?.(process.execPath, args, { ...added, ...environment });
}
