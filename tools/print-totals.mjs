// Prints "N passed, N failed" for the last test run under CI; exits 1 when anything failed.
// Usage: node tools/print-totals.mjs [number of CI steps that failed]

import { existsSync, readFileSync } from 'node:fs';

const failedSteps = Number(process.argv[2] ?? 0);
const report = 'coverage/tests.json';
const tests = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;

// A file that does not load has no tests to fail, so it counts as one.
const unloaded = (tests?.testResults ?? []).filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length;
const failedTests = (tests?.numFailedTests ?? 0) + unloaded;
// Failing tests have failed the step that ran them: do not count that step again.
const failed = failedTests + Math.max(0, failedTests > 0 ? failedSteps - 1 : failedSteps);
console.log(`${tests?.numPassedTests ?? 0} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
