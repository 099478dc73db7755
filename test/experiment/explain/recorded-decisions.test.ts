// What an explanation shows of a decision is what kube-scheduler itself recorded: who refused which
// node and why, the raw and the normalised score of every plugin on every node, the totals, the
// choice and the message.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { recordingsIn } from '../../../src/cli/conformance-command.js';
import { CycleNotes } from '../../../src/control-plane/scheduler/framework/cycle-notes.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import { QueuedPodInfo } from '../../../src/control-plane/scheduler/queue/queued-pod-info.js';
import type { RecordedCase } from '../../../src/experiment/conformance/recording.js';
import { podOf, ReplayCluster } from '../../../src/experiment/conformance/replay-cluster.js';
import { attemptOf } from '../../../src/experiment/explain/attempt-record.js';
import type { AttemptRecord } from '../../../src/experiment/explain/pod-explanation.js';

/** What a recording says of one node: the answer of its first filter, null for a feasible one. */
type RecordedFilter = Record<string, { code: string; plugin?: string; reasons: string[] } | null>;

interface Expected {
  readonly preFilter: { readonly code: string };
  readonly filter: RecordedFilter;
  readonly scores: Record<string, Record<string, { raw: number; normalized: number }>>;
  readonly total: Record<string, number>;
  readonly schedulePod: { readonly selectedHost: string | null; readonly error?: string };
  readonly fitErrorMessage: string | null;
}

const source = recordingsIn(
  fileURLToPath(new URL('../../golden/scheduler', import.meta.url)),
  undefined,
);
const files = source.files.filter((file) => file.startsWith('plugins/'));

/** Every third case: they are alike, and the conformance test replays all of them. */
function casesIn(file: string): readonly RecordedCase[] {
  const lines = source.read(file).split('\n');
  return lines
    .filter((line, index) => line !== '' && index % 3 === 0)
    .map((line) => JSON.parse(line));
}

/** Decides a case with and without notes, and says the attempt as an explanation has it. */
function explained(recorded: RecordedCase): AttemptRecord {
  const prepared = () => {
    const cluster = new ReplayCluster(recorded.config, registry);
    cluster.load(recorded.cluster);
    const info = new PodInfo(podOf(recorded.pod));
    cluster.objects.set(info.pod);
    return { cluster, info, snapshot: cluster.cache.updateSnapshot() };
  };
  const plain = prepared();
  const expected = plain.cluster.algorithm.decide(
    plain.cluster.frameworkOf(plain.info),
    plain.info,
  );
  const { cluster, info, snapshot } = prepared();
  const framework = cluster.frameworkOf(info);
  const notes = new CycleNotes();
  const decision = cluster.algorithm.decide(framework, info, 1, notes);
  for (const field of ['result', 'nodeName', 'message', 'evaluatedNodes'] as const) {
    expect(decision[field], `${recorded.id} ${field}`).toBe(expected[field]);
  }
  const entry = new QueuedPodInfo(info, 0, 0);
  const { algorithm } = cluster;
  const cycle = { entry, framework, decision, notes, algorithm, snapshot };
  return attemptOf(cycle, 0, { name: 'kube-scheduler', tieBreak: 'heap' });
}

/** Whether all nodes were examined, as the recording examines them. */
function isWhole({ search, notExamined }: AttemptRecord, { preFilter }: Expected): boolean {
  const wasOpen = preFilter.code === 'Success' || preFilter.code === 'Skip';
  return wasOpen && search?.nominatedNode === '' && notExamined.length === 0;
}

describe('an explanation shows what kube-scheduler recorded', () => {
  test.each(files)('%s', { timeout: 120_000 }, (file) => {
    let whole = 0;
    for (const recorded of casesIn(file)) {
      const expected = recorded.expected as unknown as Expected;
      const attempt = explained(recorded);
      expect(attempt.node, recorded.id).toBe(expected.schedulePod.selectedHost ?? '');
      if (expected.fitErrorMessage !== null) {
        expect(attempt.message, recorded.id).toBe(expected.fitErrorMessage);
      }
      if (!isWhole(attempt, expected)) continue;
      whole++;
      const refused = Object.entries(expected.filter).filter(([, answer]) => answer !== null);
      expect(
        attempt.refused.map(({ node, plugin, code }) => [node, plugin, code].join(' ')).sort(),
        recorded.id,
      ).toEqual(
        refused.map(([node, answer]) => `${node} ${answer?.plugin} ${answer?.code}`).sort(),
      );
      for (const { node, total, scores } of attempt.feasible) {
        if (total === undefined) continue;
        expect(total, `${recorded.id} ${node}`).toBe(expected.total[node]);
        attempt.scorers.forEach(({ plugin }, index) => {
          const { raw, normalized } = scores[index] ?? {};
          expect({ raw, normalized }, `${recorded.id} ${node} ${plugin}`).toEqual(
            expected.scores[plugin]?.[node],
          );
        });
      }
    }
    expect(whole).toBeGreaterThan(0);
  });
});
