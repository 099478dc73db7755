// Which pods are where, as selectors, spread constraints and affinity terms ask. kube-scheduler
// walks the pods of all nodes in every cycle that needs such a count; here every count that was
// asked for once is kept up to date with the nodes that have changed between two snapshots, and is
// exactly what that walk would find. Nothing is kept before the first question.
//
// Cost, with K topology keys a count is taken by (1 or 2), S counts that a pod's class belongs to:
//   a pod that comes or goes   one comparison for each pod of its node, then S x K additions
//   a new class of pods        one lookup by labels, then one match for each likely selector
//   a new count                one match for each likely class, then one addition a row
//   a node whose name, labels or taints change   one read for each count: with 16,000 counts < 1 ms
//   memory                     about 1 kB for a class of a few pods and its count
// Source: kube-scheduler v1.36 plugins/{podtopologyspread,interpodaffinity} (what is counted).

import { LabelIndex } from '../../../api/label-index.js';
import type { Node } from '../../../api/node.js';
import type { Labels } from '../../../api/object-meta.js';
import { SelectorBuckets } from '../../../api/selector-buckets.js';
import { namespaceOf, termMatches } from '../framework/affinity-term.js';
import type { PodInfo } from '../framework/pod-info.js';
import { type NodePredicate, NodeSet } from './node-set.js';
import type { NodeTable } from './node-table.js';
import type { PlacementCounter } from './placement-counter.js';
import {
  classKeyOf,
  labelsKey,
  PodClass,
  type PodSelector,
  SelectedPods,
  TermHolders,
  type TermRole,
} from './pod-class.js';
import { TopologyColumn } from './topology-column.js';

/** Beyond this many, counts and sets are forgotten and made again when they are asked for. */
const maxSelections = 32_768;
const maxNodeSets = 256;

const nothing: readonly TermHolders[] = [];

export class PlacementIndex {
  readonly #table: NodeTable;
  #isInUse = false;
  /** As of the last refresh, by row. */
  readonly #nodes: (Node | undefined)[] = [];
  readonly #pods: PodInfo[][] = [];
  readonly #podClasses: PodClass[][] = [];
  readonly #columns = new Map<string, TopologyColumn>();
  readonly #nodeSets = new Map<string, NodeSet>();
  readonly #classes = new Map<string, Map<string, PodClass>>();
  readonly #classIndex = new LabelIndex<PodClass>();
  readonly #selections = new Map<string, SelectedPods>();
  readonly #selectionBuckets = new SelectorBuckets<SelectedPods>();
  readonly #holders = new Map<string, TermHolders>();
  readonly #holderBuckets = new Map<TermRole, SelectorBuckets<TermHolders>>();

  constructor(table: NodeTable) {
    this.#table = table;
  }

  /** Takes over rows that have changed. Called by the snapshot. */
  refresh(changed: readonly number[]): void {
    if (!this.#isInUse) return;
    for (const row of changed) this.#refreshRow(row);
  }

  /** The values of a topology key. Linear in the nodes when asked for first. */
  column(key: string): TopologyColumn {
    this.#use();
    let column = this.#columns.get(key);
    if (column === undefined) {
      column = new TopologyColumn(key);
      for (let row = 0; row < this.#nodes.length; row++) {
        column.set(row, this.#nodes[row]?.metadata.labels);
      }
      this.#columns.set(key, column);
    }
    return column;
  }

  /** The nodes for which `matches` holds; equal keys mean equal predicates. As `column`. */
  nodeSet(key: string, matches: NodePredicate): NodeSet {
    this.#use();
    let set = this.#nodeSets.get(key);
    if (set === undefined) {
      if (this.#nodeSets.size >= maxNodeSets) this.#forget();
      set = new NodeSet(matches);
      for (let row = 0; row < this.#nodes.length; row++) set.add(row, this.#nodes[row]);
      this.#nodeSets.set(key, set);
    }
    return set;
  }

  /** Counts of the pods that a selector matches. */
  podsMatching(selector: PodSelector): SelectedPods {
    this.#use();
    let selected = this.#selections.get(selector.key);
    if (selected === undefined) {
      if (this.#selections.size >= maxSelections) this.#forget();
      selected = new SelectedPods(selector);
      for (const each of this.#classIndex.candidates(selector)) include(selected, each);
      this.#selections.set(selector.key, selected);
      this.#selectionBuckets.add(selected);
    }
    return selected;
  }

  /** Terms of pods on nodes that mean a pod of this namespace with these labels. */
  termsMeaning(
    role: TermRole,
    namespace: string,
    namespaceLabels: Labels | undefined,
    labels: Labels | undefined,
  ): readonly TermHolders[] {
    this.#use();
    const buckets = this.#holderBuckets.get(role);
    if (buckets === undefined) return nothing;
    return buckets
      .candidates(labels)
      .filter(({ term }) => termMatches(term, namespace, namespaceLabels, labels));
  }

  #use(): void {
    if (this.#isInUse) return;
    this.#isInUse = true;
    for (let row = 0; row < this.#table.names.length; row++) this.#refreshRow(row);
  }

  /** Sets and counts refer to each other, so they go together. */
  #forget(): void {
    this.#nodeSets.clear();
    this.#selections.clear();
    this.#selectionBuckets.clear();
    for (const classes of this.#classes.values()) {
      for (const each of classes.values()) each.selections.length = 0;
    }
  }

  #refreshRow(row: number): void {
    const node = this.#table.nodes[row];
    const before = this.#nodes[row];
    if (!isSamePlace(before, node)) this.#replaceNode(row, node);
    this.#nodes[row] = node;
    this.#refreshPods(row);
  }

  #replaceNode(row: number, node: Node | undefined): void {
    for (const counter of this.#counters()) counter.leave(row);
    for (const set of this.#nodeSets.values()) set.remove(row);
    for (const column of this.#columns.values()) column.set(row, node?.metadata.labels);
    for (const set of this.#nodeSets.values()) set.add(row, node);
    for (const counter of this.#counters()) counter.enter(row);
  }

  #counters(): PlacementCounter[] {
    return [...this.#selections.values(), ...this.#holders.values()];
  }

  /** Compares the row's list of pods with what it was, place by place. */
  #refreshPods(row: number): void {
    const pods = this.#table.pods[row] ?? [];
    this.#pods[row] ??= [];
    this.#podClasses[row] ??= [];
    const before = this.#pods[row];
    const classes = this.#podClasses[row];
    const length = Math.max(pods.length, before.length);
    for (let i = 0; i < length; i++) {
      const info = pods[i];
      if (info === before[i]) continue;
      const was = classes[i];
      const is = info && (was?.includes(info) === true ? was : this.#classOf(info));
      if (info !== undefined) before[i] = info;
      if (is === was) continue;
      if (is !== undefined) {
        classes[i] = is;
        is.add(row, 1);
      }
      if (was !== undefined) this.#takeOff(was, row);
    }
    before.length = pods.length;
    classes.length = pods.length;
  }

  #takeOff(podClass: PodClass, row: number): void {
    podClass.add(row, -1);
    if (podClass.rows.total > 0) return;
    const classes = this.#classes.get(podClass.namespace);
    classes?.delete(podClass.key);
    this.#classIndex.remove(podClass);
    if (classes?.size === 0) this.#classes.delete(podClass.namespace);
    for (const holders of podClass.holders) this.#releaseHolders(holders);
  }

  /** The class of a pod; a new one is told what it counts for. */
  #classOf(info: PodInfo): PodClass {
    const key = classKeyOf(info);
    const namespace = namespaceOf(info.pod);
    let classes = this.#classes.get(namespace);
    if (classes === undefined) {
      classes = new Map();
      this.#classes.set(namespace, classes);
    }
    let podClass = classes.get(key);
    if (podClass === undefined) {
      podClass = new PodClass(key, info);
      for (const each of this.#selectionBuckets.candidates(podClass.labels)) {
        if (each.includes(podClass)) podClass.selections.push(each);
      }
      this.#holdTerms(podClass);
      classes.set(key, podClass);
      this.#classIndex.add(podClass);
    }
    return podClass;
  }

  #holdTerms({ terms, holders }: PodClass): void {
    const { requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity } =
      terms;
    const hold = (role: TermRole, term: TermHolders['term'], weight: number): void => {
      holders.push(this.#holdersOf(role, term, weight));
    };
    for (const term of requiredAffinity) hold('requiredAffinity', term, 1);
    for (const term of requiredAntiAffinity) hold('requiredAntiAffinity', term, 1);
    for (const { term, weight } of preferredAffinity) hold('preferredAffinity', term, weight);
    for (const { term, weight } of preferredAntiAffinity) {
      hold('preferredAntiAffinity', term, weight);
    }
  }

  #holdersOf(role: TermRole, term: TermHolders['term'], weight: number): TermHolders {
    const key = holdersKey(role, term.key, weight);
    let holders = this.#holders.get(key);
    if (holders === undefined) {
      holders = new TermHolders(term, role, weight);
      this.#holders.set(key, holders);
      if (term.selector.requirements !== undefined) this.#bucketsOf(role).add(holders);
    }
    holders.classCount++;
    return holders;
  }

  #releaseHolders(holders: TermHolders): void {
    holders.classCount--;
    if (holders.classCount > 0) return;
    this.#holders.delete(holdersKey(holders.role, holders.term.key, holders.weight));
    this.#bucketsOf(holders.role).remove(holders);
  }

  #bucketsOf(role: TermRole): SelectorBuckets<TermHolders> {
    let buckets = this.#holderBuckets.get(role);
    if (buckets === undefined) {
      buckets = new SelectorBuckets();
      this.#holderBuckets.set(role, buckets);
    }
    return buckets;
  }
}

function holdersKey(role: TermRole, termKey: string, weight: number): string {
  return `${role} ${weight} ${termKey}`;
}

function include(selected: SelectedPods, podClass: PodClass): void {
  if (!selected.includes(podClass)) return;
  podClass.selections.push(selected);
  podClass.rows.forEach((row, count) => {
    selected.add(row, count);
  });
}

/** Whether name, labels and taints are the same: what columns and node sets depend on. */
function isSamePlace(before: Node | undefined, after: Node | undefined): boolean {
  if (before === after) return true;
  if (before === undefined || after === undefined) return false;
  return (
    before.metadata.name === after.metadata.name &&
    (before.metadata.labels === after.metadata.labels ||
      labelsKey(before.metadata.labels) === labelsKey(after.metadata.labels)) &&
    (before.spec?.taints === after.spec?.taints ||
      JSON.stringify(before.spec?.taints) === JSON.stringify(after.spec?.taints))
  );
}
