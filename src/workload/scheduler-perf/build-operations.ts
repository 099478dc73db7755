// From the operations of a test case and the parameters of a workload to what the workload does.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/operations.go (reference: scheduler 5.2).

import type { FieldPath } from '../../api/field-path.js';
import { type Problem, problemCodes } from '../../api/problem.js';
import { parseDuration } from '../../scenario/duration.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import { baseNamespace, baseNode, basePod } from './base-objects.js';
import { schedulerPerfConstants } from './constants.js';
import { constantTemplate, type ObjectTemplate, type TemplateParams } from './object-template.js';
import type { CreatePods, NodePreparation, PerfOperation, VolumeTemplates } from './operations.js';
import type { Params, PlaceOf } from './params.js';
import { perfProblemCodes } from './perf-problems.js';
import type { CreatePodsText, OperationText } from './schema.js';
import type { TemplateLoader } from './template-loader.js';

type Text<O extends OperationText['opcode']> = Extract<OperationText, { readonly opcode: O }>;

/** What an operation is built with. */
export interface BuildContext {
  readonly testCase: string;
  readonly params: Params;
  readonly loader: TemplateLoader;
  readonly placeOf: PlaceOf;
  /** `defaultPodTemplatePath`, and where it stands. */
  readonly podTemplate: { readonly file: string; readonly path: FieldPath } | undefined;
  readonly declaredFeatures: number;
}

/** Builds the operations of one workload, one after the other. */
export class OperationBuilder {
  readonly problems: Problem[] = [];
  readonly operations: PerfOperation[] = [];
  /** What cannot be simulated, each once. */
  readonly unsupported = new Set<string>();
  readonly #context: BuildContext;

  constructor(context: BuildContext) {
    this.#context = context;
  }

  /** Adds what `text`, which stands at `path`, says. */
  add(text: OperationText, path: FieldPath): void {
    const index = this.operations.length;
    if (text.opcode !== 'createPodSets') {
      const built = this.#build(text, index, path);
      if (built !== undefined) this.operations.push(built);
      return;
    }
    const sets = this.#count(text, path);
    for (let set = 0; set < sets; set++) {
      const inner = { ...text.createPodsOp, namespace: `${text.namespacePrefix}-${set}` };
      const built = this.#createPods(inner, index + set, [...path, 'createPodsOp']);
      if (built !== undefined) this.operations.push(built);
    }
  }

  #build(
    text: Exclude<OperationText, Text<'createPodSets'>>,
    index: number,
    path: FieldPath,
  ): PerfOperation | undefined {
    const { opcode } = text;
    switch (opcode) {
      case 'createNodes':
        return this.#createNodes(text, index, path);
      case 'createNamespaces': {
        const count = this.#count(text, path);
        const file = text.namespaceTemplatePath;
        const field = [...path, 'namespaceTemplatePath'];
        const template =
          file === undefined
            ? constantTemplate(baseNamespace)
            : this.#template(file, field, count, undefined, 'Namespace');
        return template && { opcode, index, count, template, prefix: text.prefix };
      }
      case 'createPods':
        return this.#createPods(text, index, path);
      case 'deletePods': {
        const { namespace, labelSelector = {}, deletePodsPerSecond: perSecond = 0 } = text;
        const skipWaitToCompletion = text.skipWaitToCompletion === true;
        return { opcode, index, namespace, labelSelector, perSecond, skipWaitToCompletion };
      }
      case 'churn':
        return this.#churn(text, index, path);
      case 'barrier': {
        const { namespaces = [], labelSelector = {}, stageRequirement: stage = 'Scheduled' } = text;
        return { opcode, index, namespaces, labelSelector, stage };
      }
      case 'sleep':
        return { opcode, index, durationUs: this.#durationUs(text, path) };
      case 'startCollectingMetrics': {
        const { name = '', namespaces, labelSelector = {} } = text;
        return { opcode, index, name, namespaces, labelSelector };
      }
      case 'stopCollectingMetrics':
        return { opcode, index };
      case 'createAny':
      case 'updateAny':
        return this.#any(text, index, path);
    }
  }

  #createNodes(
    text: Text<'createNodes'>,
    index: number,
    path: FieldPath,
  ): PerfOperation | undefined {
    const count = this.#count(text, path);
    const { nodeTemplatePath: file, templateParams } = text;
    const field = [...path, 'nodeTemplatePath'];
    const template =
      file === undefined
        ? constantTemplate(baseNode(`node-${index}-`))
        : this.#template(file, field, count, templateParams, 'Node');
    const preparation = preparationOf(text);
    const { declaredFeatures } = this.#context;
    const opcode = 'createNodes';
    return template && { opcode, index, count, template, preparation, declaredFeatures };
  }

  #createPods(text: CreatePodsText, index: number, path: FieldPath): CreatePods | undefined {
    const count = this.#count(text, path);
    const { podTemplatePath, templateParams } = text;
    const { podTemplate, params } = this.#context;
    const file = podTemplatePath ?? podTemplate?.file;
    const field =
      podTemplatePath === undefined ? (podTemplate?.path ?? []) : [...path, 'podTemplatePath'];
    const template =
      file === undefined
        ? constantTemplate(basePod)
        : this.#template(file, field, count, templateParams, 'Pod');
    const volumes = this.#volumes(text, path, count);
    const isSteady =
      text.steadyStateParam === undefined
        ? text.steadyState === true
        : params.flag(text.steadyStateParam, [...path, 'steadyStateParam']);
    const durationUs = this.#durationUs(text, path);
    const collectMetrics = text.collectMetrics === true;
    const skipWaitToCompletion = text.skipWaitToCompletion === true;
    if (isSteady && durationUs === 0)
      this.#contradict(path, 'steadyState needs a duration above 0');
    if (skipWaitToCompletion && (collectMetrics || isSteady)) {
      const other = collectMetrics ? 'collectMetrics' : 'steadyState';
      this.#contradict(path, `${other} and skipWaitToCompletion exclude each other`);
    }
    if (template === undefined) return undefined;
    return {
      opcode: 'createPods',
      index,
      namespace: text.namespace ?? `namespace-${index}`,
      count,
      template,
      volumes,
      steadyUs: isSteady ? durationUs : 0,
      collectMetrics,
      skipWaitToCompletion,
    };
  }

  #volumes(text: CreatePodsText, path: FieldPath, count: number): VolumeTemplates | undefined {
    const {
      persistentVolumeTemplatePath: volumeFile,
      persistentVolumeClaimTemplatePath: claimFile,
    } = text;
    if (volumeFile === undefined && claimFile === undefined) return undefined;
    if (volumeFile === undefined || claimFile === undefined) {
      const both = 'persistentVolumeTemplatePath and persistentVolumeClaimTemplatePath';
      this.#contradict(path, `${both} need each other`);
      return undefined;
    }
    const at = (field: string): FieldPath => [...path, field];
    const volumePath = at('persistentVolumeTemplatePath');
    const claimPath = at('persistentVolumeClaimTemplatePath');
    const volume = this.#template(volumeFile, volumePath, count, {}, 'PersistentVolume');
    const claim = this.#template(claimFile, claimPath, count, {}, 'PersistentVolumeClaim');
    return volume && claim && { volume, claim };
  }

  #churn(text: Text<'churn'>, index: number, path: FieldPath): PerfOperation {
    const { mode, number = 0, intervalMilliseconds = 0 } = text;
    if (mode === 'recreate' && number === 0) this.#contradict(path, 'recreate needs a number');
    const templates = text.templatePaths.flatMap((file, each) => {
      const template = this.#template(file, [...path, 'templatePaths', each], 1, undefined);
      return template === undefined ? [] : [template];
    });
    return {
      opcode: 'churn',
      index,
      mode,
      number,
      intervalUs: intervalMilliseconds * 1000 || schedulerPerfConstants.churnIntervalUs,
      namespace: text.namespace ?? `namespace-${index}`,
      templates,
    };
  }

  #any(
    text: Text<'createAny'> | Text<'updateAny'>,
    index: number,
    path: FieldPath,
  ): PerfOperation | undefined {
    const isCounted = text.count !== undefined || text.countParam !== undefined;
    const count = isCounted ? this.#count(text, path) : 1;
    const { namespace = '' } = text;
    const params = text.opcode === 'createAny' ? text.templateParams : undefined;
    const field = [...path, 'templatePath'];
    const template = this.#template(text.templatePath, field, count, params);
    if (template === undefined) return undefined;
    if (text.opcode === 'createAny') {
      return { opcode: text.opcode, index, namespace, template, count };
    }
    const { updatePerSecond: perSecond = 0, subresources = [] } = text;
    const [subresource] = subresources;
    return { opcode: text.opcode, index, namespace, template, count, perSecond, subresource };
  }

  #count(
    { count, countParam }: { count?: number | undefined; countParam?: string | undefined },
    path: FieldPath,
  ): number {
    if (countParam !== undefined) {
      return this.#context.params.count(countParam, [...path, 'countParam']);
    }
    if (count === undefined) this.#contradict(path, 'count or countParam is needed');
    return count ?? 0;
  }

  #durationUs(
    text: { duration?: string | undefined; durationParam?: string | undefined },
    path: FieldPath,
  ): number {
    const { duration = '0s', durationParam } = text;
    if (durationParam === undefined) return parseDuration(duration) ?? 0;
    return this.#context.params.durationUs(durationParam, [...path, 'durationParam']);
  }

  /** The template of a file, which has to be of `kind` where one is given. */
  #template(
    file: string,
    path: FieldPath,
    count: number,
    stated: Text<'createAny'>['templateParams'],
    kind?: string,
  ): ObjectTemplate | undefined {
    const { loader, placeOf } = this.#context;
    const params = this.#templateParams(stated ?? {}, path.slice(0, -1));
    const { template, unsupported } = loader.load(file, placeOf(path), path, count, params);
    if (unsupported !== undefined) this.#refuseKind(unsupported, path);
    if (template === undefined || kind === undefined || template.kind === kind) return template;
    const message = `"${file}" is a template of ${template.kind}, a ${kind} is needed`;
    this.problems.push(problemAt(placeOf(path), problemCodes.invalid, message, { path }));
    return undefined;
  }

  #templateParams(
    stated: Readonly<Record<string, string | number | boolean>>,
    path: FieldPath,
  ): TemplateParams {
    const { params } = this.#context;
    const entries = Object.keys(stated).map((name) => {
      const value = stated[name] ?? '';
      const isReference = typeof value === 'string' && value.startsWith('$');
      const at = [...path, 'templateParams', name];
      return [name, isReference ? (params.value(value, at) ?? '') : value] as const;
    });
    return new Map(entries);
  }

  #refuseKind(kind: string, path: FieldPath): void {
    const { testCase, placeOf } = this.#context;
    this.unsupported.add(`kind ${kind}`);
    const message = `${kind} is not simulated, so test case "${testCase}" is not run`;
    const { unsupportedKind } = perfProblemCodes;
    const extra = { path, severity: 'warning' } as const;
    this.problems.push(problemAt(placeOf(path), unsupportedKind, message, extra));
  }

  #contradict(path: FieldPath, message: string): void {
    const place = this.#context.placeOf(path);
    this.problems.push(problemAt(place, perfProblemCodes.contradiction, message, { path }));
  }
}

/** The first that is stated, in scheduler_perf's order. */
function preparationOf(text: Text<'createNodes'>): NodePreparation {
  const { nodeAllocatableStrategy, labelNodePrepareStrategy, uniqueNodeLabelStrategy } = text;
  if (nodeAllocatableStrategy !== undefined) {
    const {
      nodeAllocatable = {},
      csiNodeAllocatable = {},
      migratedPlugins = [],
    } = nodeAllocatableStrategy;
    const amounts = Object.keys(nodeAllocatable).map((name) => [
      name,
      String(nodeAllocatable[name]),
    ]);
    const drivers = Object.keys(csiNodeAllocatable)
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => ({ name, count: csiNodeAllocatable[name]?.count }));
    const allocatable = Object.fromEntries(amounts) as Readonly<Record<string, string>>;
    return { kind: 'allocatable', allocatable, drivers, migratedPlugins };
  }
  if (labelNodePrepareStrategy !== undefined) {
    const { labelKey: key, labelValues: values } = labelNodePrepareStrategy;
    return { kind: 'label', key, values };
  }
  if (uniqueNodeLabelStrategy !== undefined) {
    return { kind: 'uniqueLabel', key: uniqueNodeLabelStrategy.labelKey };
  }
  return { kind: 'none' };
}
