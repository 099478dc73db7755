// Small files of scheduler_perf for tests: templates, and test cases around a list of operations.

import { join } from 'node:path';
import type { Problem } from '../../../src/api/problem.js';
import type { ScenarioFiles } from '../../../src/scenario/files.js';
import {
  loadSchedulerPerf,
  type PerfLoadResult,
} from '../../../src/workload/scheduler-perf/load.js';
import type { PerfWorkload } from '../../../src/workload/scheduler-perf/test-case.js';

/** Name of the file under test; its folder is the topic. */
export const perfFile = 'misc/performance-config.yaml';

/** Templates that lie beside it. */
export const templates: Readonly<Record<string, string>> = {
  'misc/pod.yaml': `
apiVersion: v1
kind: Pod
metadata: {generateName: pod-, labels: {app: web}}
spec: {containers: [{name: pause, image: pause, resources: {requests: {cpu: 100m}}}]}
`,
  'misc/indexed-pod.yaml': `
apiVersion: v1
kind: Pod
metadata:
  name: pod-{{ .Index }}
spec:
  containers:
  - name: pause
    image: pause
    ports:
    - containerPort: 80{{ Mod .Index 3 }}
`,
  'misc/huge-pod.yaml': `
apiVersion: v1
kind: Pod
metadata: {generateName: huge-}
spec: {priority: 10, containers: [{name: pause, image: pause, resources: {requests: {cpu: "900"}}}]}
`,
  'misc/gone-at-once.yaml': `
apiVersion: v1
kind: Pod
metadata: {generateName: light-, labels: {kind: light}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: pause, image: pause}]
`,
  'misc/node.yaml': `
apiVersion: v1
kind: Node
metadata: {generateName: big-}
status: {capacity: {cpu: "8", memory: 16Gi, pods: "110"}}
`,
  'misc/named-node.yaml': `
apiVersion: v1
kind: Node
metadata: {name: "only-{{ .Index }}"}
status: {capacity: {cpu: "8", memory: 16Gi, pods: "110"}}
`,
  'misc/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {labels: {team: devops}}\n',
  'misc/service.yaml': `
apiVersion: v1
kind: Service
metadata: {generateName: service-}
spec: {selector: {app: web}, ports: [{port: 80}]}
`,
  'misc/volume.yaml': `
apiVersion: v1
kind: PersistentVolume
spec: {accessModes: [ReadOnlyMany], capacity: {storage: 1Gi}, csi: {driver: ebs.csi.aws.com}}
`,
  'misc/claim.yaml': `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {annotations: {pv.kubernetes.io/bind-completed: "true"}}
spec: {accessModes: [ReadOnlyMany], resources: {requests: {storage: 1Gi}}}
`,
};

/** The templates and `more`, for a file in the folder misc. */
export function perfFiles(more: Readonly<Record<string, string>> = {}): ScenarioFiles {
  const all = { ...templates, ...more };
  return {
    list: (pattern) => {
      const path = join('misc', pattern);
      return path in all ? [path] : [];
    },
    read: (path) => all[path] ?? '',
  };
}

/** One test case with one workload; operations as lines of YAML in flow style. */
export function testCaseText(
  operations: readonly string[],
  params = '{}',
  head: readonly string[] = [],
): string {
  return [
    '- name: Case',
    ...head.map((line) => `  ${line}`),
    '  workloadTemplate:',
    ...operations.map((operation) => `  - ${operation}`),
    '  workloads:',
    `  - {name: Work, params: ${params}}`,
    '',
  ].join('\n');
}

/** Loads a text as the file under test. */
export function loadPerf(
  text: string,
  more: Readonly<Record<string, string>> = {},
): PerfLoadResult {
  return loadSchedulerPerf(text, perfFile, perfFiles(more));
}

/** The only workload of a test case of these operations, which must have no errors. */
export function workloadOf(
  operations: readonly string[],
  params = '{}',
  head: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): PerfWorkload {
  const { config, problems } = loadPerf(testCaseText(operations, params, head), more);
  const workload = config?.testCases[0]?.workloads[0];
  if (workload === undefined) throw new Error(problems.map(brief).join('\n'));
  return workload;
}

/** `3:11 error: message`, without the file where it is the one under test. */
export function brief({ file, line, column, severity, message }: Problem): string {
  const place = file === perfFile ? `${line}:${column}` : `${file}:${line}:${column}`;
  return `${place} ${severity}: ${message}`;
}
