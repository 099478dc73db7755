// Fails when the last test run under CI covered less of src than the floor. Raise the floor when
// coverage has grown; never lower it to let a change pass.

import { existsSync, readFileSync } from 'node:fs';

const floor = { lines: 95, branches: 88 };
const summary = 'coverage/coverage-summary.json';

if (!existsSync(summary)) {
  console.error(`${summary} is missing: run CI=true npm test first.`);
  process.exit(1);
}
const { total } = JSON.parse(readFileSync(summary, 'utf8'));
for (const kind of Object.keys(floor).sort()) {
  const percent = total[kind].pct;
  console.log(`${kind} ${percent} % (floor ${floor[kind]} %)`);
  if (!(percent >= floor[kind])) process.exitCode = 1;
}
