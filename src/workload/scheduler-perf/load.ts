// Loading a file of scheduler_perf: text in, runnable test cases and every problem out. A test case
// that has operations or kinds which are not simulated is kept with the reasons, not refused.
// Source: Kubernetes v1.36 test/integration/scheduler_perf (reference: scheduler 5.2).

import { basename, dirname } from 'node:path';
import { didYouMean } from '../../api/did-you-mean.js';
import type { FieldPath } from '../../api/field-path.js';
import { compareProblems, formatProblem, type Problem } from '../../api/problem.js';
import { extendersOf } from '../../scenario/extenders.js';
import type { ScenarioFiles } from '../../scenario/files.js';
import { ObjectReader } from '../../scenario/objects.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import { completeSchedulerConfig, readSchedulerConfig } from '../../scenario/scheduler-config.js';
import { collectUserPlugins } from '../../scenario/user-plugins.js';
import { OperationBuilder } from './build-operations.js';
import { gateNotice, isObeyed, knownGates } from './gates.js';
import type { PerfOperation } from './operations.js';
import { Params } from './params.js';
import { perfProblemCodes } from './perf-problems.js';
import { readTestCases, type WrittenTestCase, type WrittenTestCases } from './read-test-cases.js';
import type { ThresholdSelectorText, WorkloadText } from './schema.js';
import { TemplateLoader } from './template-loader.js';
import type {
  MetricSelection,
  PerfConfig,
  PerfTestCase,
  PerfThreshold,
  PerfWorkload,
} from './test-case.js';

/** What loading yields. */
export interface PerfLoadResult {
  /** Present when there is no error among the problems. */
  readonly config: PerfConfig | undefined;
  /** Errors and warnings, by file and position, each once. */
  readonly problems: readonly Problem[];
  /** The text of every file that was read, by name, for excerpts. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Loads a `performance-config.yaml`; never throws for what it holds.
 *
 * @param file its name as the user typed it: its folder is the topic.
 * @param files answers for paths relative to the file.
 */
export function loadSchedulerPerf(
  text: string,
  file: string,
  files: ScenarioFiles,
): PerfLoadResult {
  const written = readTestCases(text, file);
  const loader = new PerfLoader(written, file, files);
  const testCases = written.testCases.map((each) => loader.testCase(each));
  const problems = unique([...written.problems, ...loader.problems]).sort(compareProblems);
  const isUsable = problems.every(({ severity }) => severity === 'warning');
  return {
    config: isUsable ? { topic: loader.topic, testCases } : undefined,
    problems,
    texts: new Map([[file, text], ...loader.texts]),
  };
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((each) => [formatProblem(each), each])).values()];
}

function topicOf(file: string): string {
  const folder = basename(dirname(file));
  return /^\.*$/.test(folder) ? 'scheduler_perf' : folder;
}

class PerfLoader {
  readonly topic: string;
  readonly #written: WrittenTestCases;
  readonly #problems: Problem[] = [];
  readonly #templates: TemplateLoader;
  readonly #reader: ObjectReader;

  constructor(written: WrittenTestCases, file: string, files: ScenarioFiles) {
    this.topic = topicOf(file);
    this.#written = written;
    this.#templates = new TemplateLoader(files);
    this.#reader = new ObjectReader(files, false);
  }

  get problems(): readonly Problem[] {
    return [...this.#problems, ...this.#templates.problems, ...this.#reader.problems];
  }

  get texts(): ReadonlyMap<string, string> {
    return new Map([...this.#templates.texts, ...this.#reader.texts]);
  }

  testCase(written: WrittenTestCase): PerfTestCase {
    const { text, path, operations } = written;
    const unsupported = new Set(
      operations.flatMap((each) => ('unsupported' in each ? [`op ${each.unsupported}`] : [])),
    );
    const scheduler = this.#scheduler(text.schedulerConfigPath, path);
    const gates = this.#gates(text.featureGates ?? {}, [...path, 'featureGates']);
    const workloads = text.workloads.map((workload, index) => {
      const place = [...path, 'workloads', index];
      const built = this.#operations(written, workload, place);
      for (const reason of built.unsupported) unsupported.add(reason);
      const own = this.#gates(workload.featureGates ?? {}, [...place, 'featureGates']);
      return {
        ...describe(written, workload, built.operations, this.topic),
        ...gatesOf(new Map([...gates, ...own])),
        scheduler,
      };
    });
    return { name: text.name, unsupported: [...unsupported], workloads };
  }

  #operations(
    { text, path, operations }: WrittenTestCase,
    workload: WorkloadText,
    place: FieldPath,
  ): OperationBuilder {
    const { placeOf } = this.#written;
    const params = new Params(workload.params ?? {}, workload.name, placeOf);
    const file = text.defaultPodTemplatePath;
    // scheduler_perf's own test of declared features reads this parameter beside the operations.
    const declared = params.take('numNodeDeclaredFeatures');
    const builder = new OperationBuilder({
      testCase: text.name,
      params,
      loader: this.#templates,
      placeOf,
      podTemplate:
        file === undefined ? undefined : { file, path: [...path, 'defaultPodTemplatePath'] },
      declaredFeatures: typeof declared === 'number' ? declared : 0,
    });
    for (const each of operations) if ('text' in each) builder.add(each.text, each.path);
    this.#problems.push(...params.problems, ...builder.problems);
    this.#checkWindows(builder.operations, path);
    // An operation that is not read may have used the rest.
    const isComplete = operations.every((each) => 'text' in each);
    for (const name of isComplete ? params.unused : []) {
      const at = [...place, 'params', name];
      const message = `parameter ${name} is not used by test case "${text.name}"`;
      const extra = { path: at, severity: 'warning' } as const;
      const { unusedParam } = perfProblemCodes;
      this.#problems.push(problemAt(placeOf(at, 'key'), unusedParam, message, extra));
    }
    return builder;
  }

  /** Only one window at a time measures. */
  #checkWindows(operations: readonly PerfOperation[], path: FieldPath): void {
    let isOpen = false;
    for (const operation of operations) {
      const { opcode, index } = operation;
      const measures = opcode === 'createPods' && operation.collectMetrics;
      const isFault =
        opcode === 'stopCollectingMetrics'
          ? !isOpen
          : isOpen && (measures || opcode === 'startCollectingMetrics');
      if (opcode === 'startCollectingMetrics') isOpen = true;
      if (opcode === 'stopCollectingMetrics') isOpen = false;
      if (!isFault) continue;
      const why = opcode === 'stopCollectingMetrics' ? 'has not begun' : 'is under way already';
      const message = `operation ${index} (${opcode}): the collection of metrics ${why}`;
      const place = this.#written.placeOf([...path, 'workloadTemplate']);
      this.#problems.push(problemAt(place, perfProblemCodes.contradiction, message));
    }
  }

  #scheduler(value: string | undefined, path: FieldPath): PerfWorkload['scheduler'] {
    if (value === undefined) return undefined;
    const field = {
      value,
      path: [...path, 'schedulerConfigPath'],
      extenders: [],
      extendersPath: [],
      override: undefined,
      plugins: collectUserPlugins([], {}),
      reader: this.#reader,
      placeOf: this.#written.placeOf,
    };
    const read = readSchedulerConfig(field);
    const { configuration, problems } = completeSchedulerConfig(field, read, new Set());
    this.#problems.push(...problems);
    return { configuration, extenders: extendersOf(configuration, []) };
  }

  #gates(stated: Readonly<Record<string, boolean>>, path: FieldPath): Map<string, boolean> {
    const gates = new Map<string, boolean>();
    for (const name of Object.keys(stated)) {
      gates.set(name, stated[name] === true);
      if (knownGates.includes(name)) continue;
      const at = [...path, name];
      const near = didYouMean(name, knownGates);
      const message = `feature gate ${name} is not known; it has no effect`;
      const place = this.#written.placeOf(at, 'key');
      const suggestion = near === undefined ? undefined : `${near}:`;
      const extra = { path: at, severity: 'warning', suggestion } as const;
      this.#problems.push(problemAt(place, perfProblemCodes.unknownGate, message, extra));
    }
    return gates;
  }
}

function gatesOf(gates: ReadonlyMap<string, boolean>): Pick<PerfWorkload, 'gates' | 'notices'> {
  const obeyed = [...gates].filter(([name]) => isObeyed(name));
  const notices = [...gates].flatMap(([name, state]) => gateNotice(name, state) ?? []);
  return { gates: Object.fromEntries(obeyed), notices };
}

function describe(
  { text }: WrittenTestCase,
  workload: WorkloadText,
  operations: readonly PerfOperation[],
  topic: string,
): Omit<PerfWorkload, 'gates' | 'notices' | 'scheduler'> {
  const sum = (opcode: 'createNodes' | 'createPods'): number =>
    operations.reduce((total, each) => total + (each.opcode === opcode ? each.count : 0), 0);
  return {
    testCase: text.name,
    name: workload.name,
    labels: [...(text.labels ?? []), ...(workload.labels ?? [])],
    nodes: sum('createNodes'),
    pods: sum('createPods'),
    operations,
    threshold: thresholdOf(workload, text.defaultThresholdMetricSelector, topic),
    metrics: metricsOf(text.metricsCollectorConfig?.metrics),
  };
}

const defaultSelector: ThresholdSelectorText = {
  name: 'SchedulingThroughput',
  dataBucket: 'Average',
};

/** A threshold of 0 demands nothing. */
function thresholdOf(
  { threshold = 0, thresholdMetricSelector }: WorkloadText,
  ofTestCase: ThresholdSelectorText | undefined,
  topic: string,
): PerfThreshold | undefined {
  const value = typeof threshold === 'number' ? threshold : (threshold[topic] ?? 0);
  const selector = thresholdMetricSelector ?? ofTestCase ?? defaultSelector;
  const { name: metric, labels = {}, dataBucket, expectLower = false } = selector;
  return value === 0 ? undefined : { value, metric, labels, dataBucket, expectLower };
}

function metricsOf(
  metrics:
    | Readonly<Record<string, readonly { label: string; values: readonly string[] }[] | null>>
    | undefined,
): readonly MetricSelection[] | undefined {
  if (metrics === undefined) return undefined;
  return Object.keys(metrics)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((metric) => ({ metric, labels: metrics[metric] ?? [] }));
}
