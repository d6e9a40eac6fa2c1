import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // FONTCONFIG_FILE has to reach the C library, and a worker thread's environment is only a copy.
    pool: 'forks',
    include: ['test/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/vitest.json' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    unstubEnvs: true,
  },
});
