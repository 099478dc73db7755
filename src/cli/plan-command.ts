/**
 * `kubeclock plan`: what a run would do, without running: the cluster, every operation, every value
 * of the spec and who gave it.
 */

import { meanRate } from '../cluster/arrival-times.js';
import type { ArrivalsOperation } from '../cluster/arrivals-operation.js';
import { nodeOfPool, type SchedulerSpec } from '../cluster/cluster-spec.js';
import { type FaultOperation, isFaultOperation } from '../cluster/fault-operation.js';
import type { TaintChange } from '../cluster/node-operation.js';
import type {
  CreatePodMixOperation,
  DeleteOperation,
  Operation,
  RequestsOperation,
} from '../cluster/operation.js';
import type { ForEachOperation, PhasesOperation } from '../cluster/phase-operation.js';
import { isWorkloadOperation, type WorkloadOperation } from '../cluster/workload-operation.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { alignRows } from '../report/text-table.js';
import { formatDuration } from '../scenario/duration.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { formatTarget } from '../scenario/targets.js';
import { type ExitCode, exitCode } from './exit-code.js';
import { loadInput } from './input.js';
import { type InputArguments, inputOptions, outputFormat } from './options.js';
import { printNotes, printProblems, printRefusal } from './problem-output.js';
import { effectiveProfiles, profileLines } from './scheduler-plugins.js';
import type { Terminal } from './terminal.js';

/** Prints the plan of one scenario. @throws UsageError for arguments that name nothing. */
export async function planCommand(args: InputArguments, terminal: Terminal): Promise<ExitCode> {
  const format = outputFormat(args);
  const input = await loadInput(args.files, inputOptions(args));
  const { scenario, problems, texts, plugins, importNotes } = input;
  printProblems(problems, texts, terminal);
  if (scenario === undefined) {
    printRefusal(problems, terminal);
    return exitCode.invalidInput;
  }
  printNotes(importNotes, terminal);
  terminal.out.write(
    format === 'json' ? planJson(scenario, plugins) : planTable(scenario, plugins, terminal),
  );
  return exitCode.ok;
}

/** Maps become objects, infinities text, so that nothing is lost on the way. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
  return value === Number.POSITIVE_INFINITY ? 'unlimited' : value;
}

function planJson(scenario: LoadedScenario, userPlugins: PluginRegistry): string {
  const nodes = scenario.cluster.nodePools.flatMap((pool) =>
    Array.from({ length: pool.count }, (_, index) => nodeOfPool(pool, index)),
  );
  const schedulerProfiles = schedulersOf(scenario).flatMap(({ name, configuration }) =>
    effectiveProfiles(configuration, userPlugins).map(({ schedulerName, plugins }) => ({
      scheduler: name,
      schedulerName,
      plugins: Object.fromEntries(plugins),
    })),
  );
  const plan = { schemaVersion: 1, ...scenario, nodes, schedulerProfiles };
  return `${JSON.stringify(plan, plain, 2)}\n`;
}

function schedulersOf({ cluster }: LoadedScenario): readonly SchedulerSpec[] {
  const { scheduler, additionalSchedulers } = cluster.controlPlane;
  return [scheduler, ...additionalSchedulers];
}

function planTable(
  scenario: LoadedScenario,
  plugins: PluginRegistry,
  { outColors, width }: Terminal,
): string {
  const section = (title: string, lines: readonly string[]): string =>
    lines.length === 0
      ? ''
      : `${outColors.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
  const settings = scenario.provenance.map(({ path, value, source }) => [
    path,
    JSON.stringify(value),
    source,
  ]);
  return [
    section('SCENARIO', scenarioLines(scenario)),
    section('CLUSTER', clusterLines(scenario)),
    ...schedulersOf(scenario).map(({ name, hosts, configuration }, index, { length }) =>
      section(length === 1 ? 'SCHEDULER' : `SCHEDULER ${index + 1} OF ${length}`, [
        ...(length === 1 ? [] : [`${name} on ${hosts[0]}`]),
        ...effectiveProfiles(configuration, plugins).flatMap((each) =>
          profileLines(each, width - 2),
        ),
      ]),
    ),
    section(
      'PLUGINS',
      scenario.plugins.map(({ name, file }) => `${name} of ${file}`),
    ),
    section('OPERATIONS', scenario.operations.flatMap(operationLines)),
    section(
      'THRESHOLDS',
      scenario.thresholds.map(
        ({ metric, expression, level }) => `${metric} ${expression} (${level})`,
      ),
    ),
    section('SETTINGS', alignRows(settings, { align: 'lll', width: width - 2 })),
    section('NOTICES', scenario.notices),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

function scenarioLines({
  name,
  seed,
  horizonUs,
  untilConverged,
}: LoadedScenario): readonly string[] {
  const horizon = formatDuration(horizonUs);
  const end = untilConverged ? `converged, at the latest after ${horizon}` : `after ${horizon}`;
  return [`name  ${name}`, `seed  ${seed}`, `end   ${end}`];
}

function clusterLines({ cluster }: LoadedScenario): readonly string[] {
  const { controlPlane, nodePools } = cluster;
  const hosts = controlPlane.hosts.map(({ name, cores }) => `${name} (${cores} cores)`);
  const processes = [
    `${controlPlane.etcd.members} etcd`,
    `${controlPlane.apiServer.hosts.length} kube-apiserver`,
  ];
  return [
    `Kubernetes ${cluster.kubernetesVersion}, kube-proxy in ${cluster.kubeProxy.mode} mode`,
    `control plane: ${hosts.join(', ')}; ${processes.join(', ')}`,
    ...nodePools.map((pool) => {
      const { cpu, memory, pods } = pool.template.status?.allocatable ?? {};
      const zones = pool.zones.length === 0 ? 'no zone' : pool.zones.join(', ');
      const size = `${cpu} CPU, ${memory}, ${pods} pods`;
      return `node pool ${pool.name}: ${pool.count} nodes of ${size} (${zones})`;
    }),
  ];
}

function operationLines(operation: Operation): readonly string[] {
  const at = operation.atUs === 0 ? '' : `at ${formatDuration(operation.atUs)}: `;
  const head = `${at}${operation.op}`;
  if (isFaultOperation(operation)) return [`${head} ${faultText(operation)}`];
  if (isWorkloadOperation(operation)) {
    return [`${head} ${formatTarget(operation.target)}${workloadText(operation)}`];
  }
  switch (operation.op) {
    case 'apply':
    case 'create':
      return [
        `${head} ${operation.objects.length} objects`,
        ...operation.objects.map(({ kind, metadata }) => {
          const { namespace = '', name } = metadata;
          return `  ${formatTarget({ kind, namespace, name })}`;
        }),
      ];
    case 'delete':
      return [`${head} ${operation.targets.map(formatTarget).join(', ')}${policyText(operation)}`];
    case 'restart': {
      const { component, signal, downUs } = operation;
      const pause = downUs === 0 ? 'at once' : `after ${formatDuration(downUs)}`;
      return [`${head} ${component} by ${signal}, again ${pause}`];
    }
    case 'scale':
      return [`${head} ${formatTarget(operation.target)} to ${operation.replicas} replicas`];
    case 'update':
      return [`${head} ${formatTarget(operation.target)} ${JSON.stringify(operation.patch)}`];
    case 'createNodes':
      return [`${head} ${operation.count} in pool ${operation.pool}`];
    case 'createPods':
      return [`${head} ${operation.count} in namespace ${operation.namespace}${paceOf(operation)}`];
    case 'createPodMix':
      return [`${head} ${mixText(operation)}`];
    case 'arrivals':
      return [`${head} in namespace ${operation.namespace}, ${arrivalsText(operation)}`];
    case 'churn': {
      const interval = formatDuration(operation.intervalUs);
      return [`${head} ${operation.mode}, ${operation.count} times, every ${interval}`];
    }
    case 'forEach':
      return [`${head} ${forEachText(operation)}`];
    case 'phases':
      return [head, ...phaseTexts(operation)];
    case 'etcdFault': {
      const { fault, member, durationUs } = operation;
      return [`${head} ${fault} of ${etcdMemberText(member)}${untilText(durationUs)}`];
    }
    case 'defrag':
      return [`${head} of ${etcdMemberText(operation.member)}`];
    case 'compact':
    case 'disarm':
      return [`${head} of etcd`];
    case 'cordon':
    case 'uncordon':
    case 'drain':
    case 'terminateInstances':
    case 'stopInstances':
      return [`${head} ${operation.nodes.join(', ')}`];
    case 'taint':
      return [`${head} ${operation.nodes.join(', ')}: ${taintTexts(operation.changes)}`];
    case 'barrier':
      return [`${head} until converged`];
    case 'requests':
      return [`${head} ${requestsText(operation)}`];
    case 'sleep':
      return [`${head} ${formatDuration(operation.durationUs)}`];
  }
}

function forEachText({ action, kind, labels, times }: ForEachOperation): string {
  const which = labels.map(([key, value]) => ` ${key}=${value}`).join('');
  return `${action} ${kind}${which}${times === 1 ? '' : `, ${times} times`}`;
}

/** A line for each kind of object of each phase. */
function phaseTexts({ phases }: PhasesOperation): readonly string[] {
  return phases.flatMap(({ action, changes, tuningSet }) =>
    changes.map(({ target, objects }) => {
      const pace = tuningSet === '' ? '' : ` by ${tuningSet}`;
      return `  ${action} ${formatTarget(target)}, ${objects} objects${pace}`;
    }),
  );
}

function untilText(durationUs: number): string {
  return durationUs === Number.POSITIVE_INFINITY ? '' : ` for ${formatDuration(durationUs)}`;
}

function faultText(operation: FaultOperation): string {
  if (operation.op === 'heal') return operation.fault ?? 'all faults';
  const { durationUs } = operation;
  const until = untilText(durationUs);
  if (operation.op === 'nodeFault') {
    const { fault, offsetUs } = operation;
    const by = `${offsetUs < 0 ? '-' : ''}${formatDuration(Math.abs(offsetUs))}`;
    const what = fault === 'clockSkew' ? `${fault} by ${by}` : fault;
    return `${what} of nodes ${JSON.stringify(operation.nodes, plain)}${until}`;
  }
  if (operation.op === 'registryFault') {
    const times = operation.fault === 'slow' ? `, ${operation.factor} times as slow` : '';
    return `${operation.fault}${times}${until}`;
  }
  const sides = operation.between.map((group) => JSON.stringify(group, plain));
  return `between ${sides.join(' and ')}, packets ${operation.packets}${until}`;
}

function requestsText(operation: RequestsOperation): string {
  const { verb, resource, user, clients, durationUs } = operation;
  return `${verb} ${resource} by ${clients} of ${user}, for ${formatDuration(durationUs)}`;
}

function policyText({ propagationPolicy }: DeleteOperation): string {
  return propagationPolicy === undefined ? '' : ` (${propagationPolicy})`;
}

const taintTexts = (changes: readonly TaintChange[]): string => changes.map(taintText).join(', ');

function taintText(change: TaintChange): string {
  if ('set' in change) {
    const { key, value, effect } = change.set;
    return `${key}${value === undefined ? '' : `=${value}`}:${effect}`;
  }
  const { removeKey, removeEffect } = change;
  return `${removeKey}${removeEffect === undefined ? '' : `:${removeEffect}`}-`;
}

function etcdMemberText(member: number | 'leader' | 'all'): string {
  if (member === 'all') return 'all members of etcd';
  return member === 'leader' ? 'the leader of etcd' : `member ${member} of etcd`;
}

/** What is done to the target, after its name. */
function workloadText(operation: WorkloadOperation): string {
  switch (operation.op) {
    case 'rolloutRestart':
    case 'rolloutPause':
    case 'rolloutResume':
      return '';
    case 'rolloutUndo':
      return ` to revision ${operation.toRevision ?? 'before the present one'}`;
    case 'setImage':
      return `: ${imageTexts(operation.images)}`;
    case 'label':
    case 'annotate':
      return `: ${markTexts(operation.marks)}`;
    case 'autoscale': {
      const { minReplicas, maxReplicas } = operation.autoscaler.spec;
      return `: ${minReplicas} to ${maxReplicas} pods`;
    }
  }
}

function imageTexts(images: readonly (readonly [container: string, image: string])[]): string {
  return images.map(([container, image]) => `${container}=${image}`).join(', ');
}

/** As kubectl takes them: `key=value`, `key-`. */
function markTexts(marks: Readonly<Record<string, string | null>>): string {
  const pairs = Object.entries(marks).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`)).join(', ');
}

function arrivalsText({ arrivals }: ArrivalsOperation): string {
  switch (arrivals.kind) {
    case 'times':
      return `${arrivals.timesUs.length} at the times of a trace`;
    case 'closedLoop':
      return `${arrivals.count}, ${arrivals.inFlight} of them in flight`;
    case 'process': {
      const { process, limits } = arrivals;
      const rate = `${process.kind}, ${meanRate(process)} a second`;
      const count = limits.count === Number.POSITIVE_INFINITY ? '' : `, at most ${limits.count}`;
      const { durationUs } = limits;
      return `${rate}${count}${durationUs === Number.POSITIVE_INFINITY ? '' : ` for ${formatDuration(durationUs)}`}`;
    }
  }
}

function mixText(operation: CreatePodMixOperation): string {
  const { kinds, isShuffled, load, namespace } = operation;
  const pods = kinds.reduce((sum, { count }) => sum + count, 0);
  const order = isShuffled ? ', shuffled' : '';
  const until = load === undefined ? '' : `, up to ${load.ratio} of all ${load.resource}`;
  const what = `${pods} of ${kinds.length} kinds${order}${until}`;
  return `${what} in namespace ${namespace}${paceOf(operation)}`;
}

function paceOf({ qps }: { readonly qps: number }): string {
  return qps === Number.POSITIVE_INFINITY ? '' : ` at ${qps} a second`;
}
