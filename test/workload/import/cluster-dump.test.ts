// A small cluster as kubectl and as others dump it, and what a run of it begins with.
import { describe, expect, test } from 'vitest';
import { nodeOfPool } from '../../../src/cluster/cluster-spec.js';
import { runScenario } from '../../../src/experiment/run-scenario.js';
import { clusterDumpImporter } from '../../../src/workload/import/cluster-dump/cluster-dump-importer.js';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { importFile, loaded, read } from './import-support.js';

const amounts = { cpu: '4', memory: '8Gi', pods: '110' };

function node(name: string, role: string, more: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `node-${name}`,
      creationTimestamp: '2021-07-07T11:32:20Z',
      labels: { 'kubernetes.io/hostname': name, [`node-role.kubernetes.io/${role}`]: '' },
    },
    spec: { podCIDR: '10.9.0.0/24' },
    status: {
      capacity: amounts,
      allocatable: { ...amounts, cpu: '3900m' },
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2021-07-13T07:16:44Z' }],
      nodeInfo: { containerRuntimeVersion: 'cri-o://1.20.3', kubeletVersion: 'v1.20.0' },
    },
    ...more,
  };
}

function pod(name: string, nodeName: string | undefined, owner?: [string, string], more = {}) {
  const [kind, of] = owner ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `pod-${name}`,
      labels: { app: of ?? name, 'controller-revision-hash': name },
      managedFields: [{ manager: 'kubelet' }],
      ...(owner && {
        ownerReferences: [
          { apiVersion: 'apps/v1', kind, name: of, uid: `uid-${of}`, controller: true },
        ],
      }),
    },
    spec: {
      ...(nodeName !== undefined && { nodeName }),
      serviceAccountName: 'shop',
      priorityClassName: 'shops',
      priority: 700,
      volumes: [
        { name: 'kube-api-access-abcde', projected: { sources: [] } },
        { name: 'config', configMap: { name: 'absent' } },
      ],
      containers: [
        {
          name: 'app',
          image: `registry.example/${of ?? name}:1`,
          resources: { requests: { cpu: '100m', memory: '64Mi' } },
          volumeMounts: [{ name: 'kube-api-access-abcde', mountPath: '/var/run/secrets' }],
        },
      ],
    },
    status: { phase: nodeName === undefined ? 'Pending' : 'Running', podIP: '10.9.0.7' },
    ...more,
  };
}

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cart', namespace: 'shop', uid: 'uid-cart', generation: 9 },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'cart' } },
    template: {
      metadata: { labels: { app: 'cart' }, creationTimestamp: null },
      spec: { containers: [{ name: 'cart', image: 'registry.example/cart:1' }] },
    },
  },
  status: { observedGeneration: 9, conditions: [{ type: 'Available', lastUpdateTime: 'x' }] },
};

const items = [
  node('cp', 'control-plane', { spec: { taints: [{ key: 'cp', effect: 'NoSchedule' }] } }),
  node('w1', 'worker'),
  node('w2', 'worker'),
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid: 'ns' } },
  pod('web-1', 'w1', ['ReplicaSet', 'web']),
  pod('web-2', 'w2', ['ReplicaSet', 'web']),
  pod('db-0', 'w2', ['StatefulSet', 'db']),
  pod('job-1', 'w1', ['Job', 'job']),
  pod('etcd-cp', 'cp', ['Node', 'cp']),
  pod('lone', 'w2'),
  pod('over', 'w2', undefined, { status: { phase: 'Succeeded' } }),
  pod('elsewhere', 'gone'),
  deployment,
  { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } },
  { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'shop' } },
];
const dump = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const file = importFile('cluster.json', dump);

describe('a dump of a cluster', () => {
  const { scenario, notes } = loaded(clusterDumpImporter, [file]);
  const stored = scenario.cluster.initialObjects ?? [];
  const namesOf = (kind: string) =>
    stored.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

  test('is recognised by its nodes; manifests of pods alone are none', () => {
    expect(importerOf([file])).toBe(clusterDumpImporter);
    const manifest = JSON.stringify(pod('p', 'w1'));
    expect(importerOf([importFile('pod.json', manifest)])).toBeUndefined();
  });

  test('has its nodes, alike ones in one pool, under their names and with their taints', () => {
    const pools = scenario.cluster.nodePools;
    expect(pools.map(({ name, count, runtime }) => [name, count, runtime])).toEqual([
      ['control-plane', 1, 'cri-o'],
      ['worker', 2, 'cri-o'],
    ]);
    const nodes = pools.map((pool) => nodeOfPool(pool, pool.count - 1));
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['cp', 'w2']);
    expect(nodes[0]?.spec.taints).toEqual([{ key: 'cp', effect: 'NoSchedule' }]);
    expect(nodes[1]?.status?.allocatable?.['cpu']).toBe('3900m');
  });

  test('has its pods but those of nodes that it has not, and static pods where they belong', () => {
    expect(namesOf('Pod')).toEqual(['web-1', 'web-2', 'db-0', 'job-1', 'lone', 'over']);
    expect(scenario.cluster.nodePools[0]?.staticPods?.map(({ metadata }) => metadata.name)).toEqual(
      ['etcd'],
    );
    expect(namesOf('Deployment')).toEqual(['cart']);
  });

  test('gets controllers and priority classes that its pods need and it does not hold', () => {
    expect(namesOf('PriorityClass')).toEqual(['shops']);
    const [web] = stored.filter((each) => each.kind === 'ReplicaSet');
    expect(web?.spec).toMatchObject({ replicas: 2, selector: { matchLabels: { app: 'web' } } });
    const [db] = stored.filter((each) => each.kind === 'StatefulSet');
    expect(db?.spec).toMatchObject({ replicas: 1, updateStrategy: { type: 'OnDelete' } });
    expect(namesOf('Job')).toEqual([]);
  });

  test('says what it has left out', () => {
    expect(notes).toEqual([
      '1 pods on nodes that the dump does not hold were left out.',
      '1 pods of the kubelets themselves are static pods, started with the run.',
      'Widget is not simulated: 1 were left out.',
      '2 controllers that the dump does not hold were made up from their pods.',
      '1 objects whose controller is not known stay by themselves.',
    ]);
  });

  test('runs as it is: nothing is started but static pods, nothing is scaled or restarted', () => {
    const result = runScenario({ ...scenario, horizonUs: 60e6, untilConverged: false });
    const rows = result.pods.filter(({ wasThere }) => wasThere !== true);
    expect(rows.map(({ name }) => name)).toEqual(['etcd-cp']);
    expect(result.pods.filter(({ deletedUs }) => deletedUs !== undefined)).toEqual([]);
    expect(result.pods.find(({ name }) => name === 'lone')).toMatchObject({ node: 'w2' });
  });

  test('drained, has pods again where a controller looks after them', () => {
    const forced = {
      force: true,
      gracePeriodSeconds: undefined,
      timeoutUs: Number.POSITIVE_INFINITY,
    };
    const drain = { op: 'drain', nodes: ['w2'], atUs: 1e6, source: 'test', ...forced } as const;
    const result = runScenario({
      ...scenario,
      operations: [drain],
      horizonUs: 120e6,
      untilConverged: false,
    });
    const alive = result.pods.filter(({ deletedUs }) => deletedUs === undefined);
    const at = (node: string) => alive.filter((row) => row.node === node).map(({ owner }) => owner);
    expect(at('w2')).toEqual([]);
    expect(at('w1').sort((a, b) => (a < b ? -1 : 1))).toEqual([
      '',
      'ReplicaSet/web',
      'ReplicaSet/web',
      'StatefulSet/db',
    ]);
  });
});

describe('other forms of dumps', () => {
  test('YAML, objects in several files and objects without kinds mean the same', () => {
    const { kind: _kind, apiVersion: _version, ...bare } = node('w1', 'worker');
    const { kind: _podKind, apiVersion: _podVersion, ...barePod } = pod('web-1', 'w1');
    const files = [
      importFile('n.json', JSON.stringify(bare)),
      importFile('p.json', JSON.stringify(barePod)),
    ];
    const { scenario } = loaded(clusterDumpImporter, files);
    expect(scenario.cluster.nodePools[0]?.nodeNames).toEqual(['w1']);
    expect(scenario.cluster.initialObjects?.at(-1)?.metadata.name).toBe('web-1');
  });

  test('a snapshot of kube-scheduler-simulator brings its scheduler configuration', () => {
    const snapshot = {
      pods: [pod('p', undefined)],
      nodes: [node('w1', 'worker')],
      pvs: [],
      pvcs: [],
      storageClasses: [],
      priorityClasses: [],
      schedulerConfig: {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        podMaxBackoffSeconds: 7,
      },
      namespaces: [],
    };
    const snap = importFile('snapshot.json', JSON.stringify(snapshot));
    expect(importerOf([snap])).toBe(clusterDumpImporter);
    const { scenario } = loaded(clusterDumpImporter, [snap]);
    const { configuration } = scenario.cluster.controlPlane.scheduler;
    expect(configuration.podMaxBackoffSeconds).toBe(7);
  });

  test('old API versions that said the same are read as the present ones', () => {
    const budget = {
      apiVersion: 'policy/v1beta1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b', namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'lone' } } },
    };
    const list = { items: [node('w1', 'worker'), budget, pod('lone', 'w1')] };
    const { notes } = loaded(clusterDumpImporter, [importFile('d', JSON.stringify(list))]);
    expect(notes).toEqual(['1 PodDisruptionBudget of policy/v1beta1 are read as policy/v1.']);
  });
});

describe('what is not a dump', () => {
  test('is named with its place', () => {
    const cut = importFile('cut.json', dump.slice(0, 300));
    const { imported, problems } = read(clusterDumpImporter, [cut]);
    expect(imported).toBeUndefined();
    expect(problems[0]).toMatchObject({ file: 'cut.json', severity: 'error' });
  });

  test('and names no node is refused as one without nodes', () => {
    const { metadata: _metadata, ...nameless } = node('w1', 'worker');
    const { problems } = read(clusterDumpImporter, [importFile('n', JSON.stringify(nameless))]);
    expect(problems.map(({ message }) => message)).toEqual(['the dump holds no Node']);
  });

  test('without nodes says how to get some', () => {
    const { problems } = read(clusterDumpImporter, [
      importFile('p.json', JSON.stringify(pod('p', 'w'))),
    ]);
    expect(problems.map(({ message, expected }) => [message, expected])).toEqual([
      ['the dump holds no Node', 'nodes and pods: kubectl get nodes,pods,deploy,rs -A -o json'],
    ]);
  });
});
