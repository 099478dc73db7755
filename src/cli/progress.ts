/**
 * How far a run is, on stderr: a bar with ETA on a terminal, a line every 10 seconds elsewhere.
 */

import { SingleBar } from 'cli-progress';
import type { RunProgress } from '../experiment/run-scenario.js';
import { formatCount, formatDuration } from '../report/number-format.js';
import type { Terminal } from './terminal.js';

/** Shows progress until it is stopped. */
export interface ProgressDisplay {
  update(progress: RunProgress): void;
  stop(): void;
}

const silent: ProgressDisplay = { update: () => {}, stop: () => {} };

/** Between two lines where there is no terminal, ms. */
const lineIntervalMs = 10_000;

/** The display that suits the terminal. `isUntilConverged` decides what 100 % means. */
export function openProgress(
  terminal: Terminal,
  name: string,
  isUntilConverged: boolean,
): ProgressDisplay {
  if (terminal.isQuiet) return silent;
  const fraction = (progress: RunProgress): number => fractionOf(progress, isUntilConverged);
  return terminal.err.isTTY === true
    ? barDisplay(terminal, name, fraction)
    : lineDisplay(terminal, name, fraction);
}

/** Done part in 0..1: of the pods when the run ends with them, else of the virtual time. */
export function fractionOf(progress: RunProgress, isUntilConverged: boolean): number {
  const { simulatedUs, horizonUs, podsReady, podsTotal } = progress;
  const ofTime = horizonUs === 0 ? 1 : simulatedUs / horizonUs;
  if (!isUntilConverged || podsTotal === 0) return Math.min(1, ofTime);
  return Math.min(1, Math.max(ofTime, podsReady / podsTotal));
}

function describe({ simulatedUs, events, podsReady, podsTotal }: RunProgress): string {
  const pods = `${formatCount(podsReady)}/${formatCount(podsTotal)} pods ready`;
  return `${formatDuration(simulatedUs)} simulated, ${pods}, ${formatCount(events)} events`;
}

type Fraction = (progress: RunProgress) => number;

function barDisplay(terminal: Terminal, name: string, fraction: Fraction): ProgressDisplay {
  const bar = new SingleBar({
    stream: terminal.err as NodeJS.WriteStream,
    format: `${name} {bar} {percentage}% | {text} | ETA {eta_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    // Signals belong to the run, which stops and keeps its results.
    gracefulExit: false,
    linewrap: false,
  });
  bar.start(1000, 0, { text: 'starting' });
  return {
    update: (progress) =>
      bar.update(Math.floor(fraction(progress) * 1000), { text: describe(progress) }),
    stop: () => bar.stop(),
  };
}

function lineDisplay(terminal: Terminal, name: string, fraction: Fraction): ProgressDisplay {
  let next = performance.now() + lineIntervalMs;
  return {
    update(progress) {
      const now = performance.now();
      if (now < next) return;
      next = now + lineIntervalMs;
      const percent = Math.floor(fraction(progress) * 100);
      terminal.err.write(`${name}: ${percent}% (${describe(progress)})\n`);
    },
    stop: () => {},
  };
}
