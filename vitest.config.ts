// Tests run from the sources. Under CI the same run also measures coverage and writes its totals,
// for tools/check-coverage.mjs and tools/print-totals.mjs.

import { defineConfig } from 'vitest/config';

const isCi = (process.env['CI'] ?? '') !== '';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/property-seed.ts'],
    // Only a guard against a hang: the largest scenario takes a minute where the machine is busy.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // The default leaves one core to the watcher, which is half of a small machine.
    maxWorkers: '100%',
    // Modules are loaded once a worker, not once a file: half the time went into loading them.
    // Tests leave nothing behind in modules, which hold no state.
    isolate: false,
    // What is built is run as it is.
    server: { deps: { external: [/\/dist\//] } },
    reporters: isCi ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
    coverage: {
      enabled: isCi,
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportOnFailure: true,
    },
  },
});
