/**
 * How far a run is, on stderr: a bar with ETA on a terminal, a line every 10 seconds elsewhere.
 */

import { SingleBar } from 'cli-progress';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { CreatePodMixOperation, Operation } from '../cluster/operation.js';
import type { RunProgress } from '../experiment/run-scenario.js';
import { formatCount, formatDuration } from '../report/number-format.js';
import { podTemplateOf } from '../scenario/pod-templates.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import type { Terminal } from './terminal.js';

/** Shows progress until it is stopped. */
export interface ProgressDisplay<Progress> {
  update(progress: Progress): void;
  stop(): void;
}

const silent: ProgressDisplay<unknown> = { update: () => {}, stop: () => {} };

/** Between two lines where there is no terminal, ms. */
const lineIntervalMs = 10_000;

/** The display of a scenario's run. */
export function openProgress(
  terminal: Terminal,
  scenario: LoadedScenario,
): ProgressDisplay<RunProgress> {
  const goal: ProgressGoal = {
    isUntilConverged: scenario.untilConverged,
    pods: expectedPods(scenario),
  };
  const fraction = (progress: RunProgress): number => fractionOf(progress, goal);
  return openDisplay(terminal, { name: scenario.name, fraction, describe });
}

/** What a display shows. */
export interface ShownProgress<Progress> {
  readonly name: string;
  /** Done part in 0..1. */
  readonly fraction: (progress: Progress) => number;
  readonly describe: (progress: Progress) => string;
}

/** The display that suits the terminal. */
export function openDisplay<Progress>(
  terminal: Terminal,
  shown: ShownProgress<Progress>,
): ProgressDisplay<Progress> {
  if (terminal.isQuiet) return silent;
  return terminal.err.isTTY === true ? barDisplay(terminal, shown) : lineDisplay(terminal, shown);
}

/** What 100 % means. */
export interface ProgressGoal {
  readonly isUntilConverged: boolean;
  /** Pods that the operations ask for. */
  readonly pods: number;
}

/** Pods that the operations ask for when they create them; later changes are not followed. */
export function expectedPods({ operations, cluster }: LoadedScenario): number {
  const nodes = cluster.nodePools.reduce((sum, pool) => sum + pool.count, 0);
  let pods = 0;
  for (const operation of operations) {
    if (operation.op === 'createPods') pods += operation.count;
    if (operation.op === 'createPodMix') pods += podsOfMix(operation);
    for (const object of objectsOf(operation)) {
      const template = podTemplateOf(object);
      if (template !== undefined) pods += template.perNode ? nodes : template.replicas;
    }
  }
  return pods;
}

/** The objects that an operation brings. */
function objectsOf(operation: Operation): readonly KubernetesObject[] {
  if (operation.op === 'apply' || operation.op === 'create') return operation.objects;
  if (operation.op !== 'phases') return [];
  const creating = operation.phases.filter(({ action }) => action === 'create');
  return creating.flatMap(({ units }) => units.flat());
}

/** Done part in 0..1: of the pods when the run ends with them, else of the virtual time. */
export function fractionOf(progress: RunProgress, goal: ProgressGoal): number {
  const { simulatedUs, horizonUs, podsReady, podsTotal } = progress;
  const ofTime = horizonUs === 0 ? 1 : simulatedUs / horizonUs;
  const pods = Math.max(podsTotal, goal.pods);
  if (!goal.isUntilConverged || pods === 0) return Math.min(1, ofTime);
  return Math.min(1, Math.max(ofTime, podsReady / pods));
}

function describe({ simulatedUs, events, podsReady, podsTotal }: RunProgress): string {
  const pods = `${formatCount(podsReady)}/${formatCount(podsTotal)} pods ready`;
  return `${formatDuration(simulatedUs)} simulated, ${pods}, ${formatCount(events)} events`;
}

function barDisplay<Progress>(
  terminal: Terminal,
  { name, fraction, describe: textOf }: ShownProgress<Progress>,
): ProgressDisplay<Progress> {
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
      bar.update(Math.floor(fraction(progress) * 1000), { text: textOf(progress) }),
    stop: () => bar.stop(),
  };
}

function lineDisplay<Progress>(
  terminal: Terminal,
  { name, fraction, describe: textOf }: ShownProgress<Progress>,
): ProgressDisplay<Progress> {
  let next = performance.now() + lineIntervalMs;
  return {
    update(progress) {
      const now = performance.now();
      if (now < next) return;
      next = now + lineIntervalMs;
      const percent = Math.floor(fraction(progress) * 100);
      terminal.err.write(`${name}: ${percent}% (${textOf(progress)})\n`);
    },
    stop: () => {},
  };
}

/** As far as it is known before the run: a load may need more of them, or fewer. */
function podsOfMix({ kinds }: CreatePodMixOperation): number {
  return kinds.reduce((sum, { count }) => sum + count, 0);
}
