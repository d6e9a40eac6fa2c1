import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { RECORDED } from './test/support/recorded.ts';

const common = {
  // FONTCONFIG_FILE has to reach the C library, and a worker thread's environment is only a copy.
  pool: 'forks',
  // Generous: a deadline of a test says that it hangs, not that the machine is busy.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
  unstubEnvs: true,
} as const;

export default defineConfig({
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/vitest.json' },
    // Even where there is one core only: the tests wait more than they work.
    maxWorkers: 2,
    globalSetup: 'test/support/tell-missing.ts',
    // Without isolation, a file leaves nothing behind in its process, where the next one runs.
    projects: [
      { test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      {
        test: {
          ...common,
          name: 'integration',
          isolate: false,
          include: ['test/integration/**/*.test.ts'],
          exclude: existsSync(RECORDED) ? [] : ['test/integration/real-answers/**'],
        },
      },
      // The promises, proved on the whole stack in under a minute.
      { test: { ...common, name: 'stack', include: ['test/stack/**/*.test.ts'] } },
      // The long rest, which `make test-faults` runs.
      { test: { ...common, name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      { test: { ...common, name: 'faults', include: ['test/{faults,follow}/**/*.test.ts'] } },
    ],
  },
});
