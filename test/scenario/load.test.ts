import { describe, expect, test } from 'vitest';
import { nodeOfPool } from '../../src/cluster/cluster-spec.js';
import { loadManifests, loadScenario } from '../../src/scenario/load.js';
import { brief, deployment, loaded, memoryFiles, scenarioText, service } from './memory-files.js';

const web = deployment('web', 2);

describe('a scenario that says nothing', () => {
  const scenario = loaded('');

  test('has one host of 4 cores with one etcd member on local NVMe', () => {
    const { hosts, etcd, apiServer } = scenario.cluster.controlPlane;
    expect(hosts).toEqual([{ name: 'control-plane-0', cores: 4 }]);
    expect(etcd).toMatchObject({ members: 1, hosts: ['control-plane-0'] });
    expect(apiServer).toMatchObject({ maxRequestsInflight: 400, maxMutatingRequestsInflight: 200 });
    expect(scenario.notices.join()).toContain('1 host of 4 cores with 1 etcd member on local SSD');
  });

  test('has three nodes of 4 CPU and 16Gi with the labels that every node carries', () => {
    const [pool] = scenario.cluster.nodePools;
    if (pool === undefined) throw new Error('no pool');
    expect(pool.count).toBe(3);
    const node = nodeOfPool(pool, 1);
    expect(node.metadata.labels).toEqual({
      'kubernetes.io/hostname': 'default-1',
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'node.kubernetes.io/instance-type': '4cpu-16Gi',
      'topology.kubernetes.io/region': 'region-1',
      'topology.kubernetes.io/zone': 'zone-a',
    });
    expect(node.status?.allocatable).toMatchObject({ cpu: '4', memory: '16Gi', pods: '110' });
    expect(node.status?.capacity).toEqual(node.status?.allocatable);
  });

  test('has the client limits of Kubernetes and ends when converged, within an hour', () => {
    const { scheduler, controllerManager } = scenario.cluster.controlPlane;
    expect(scheduler.client).toEqual({ qps: 50, burst: 100 });
    expect(controllerManager.client).toEqual({ qps: 20, burst: 30 });
    expect(scenario).toMatchObject({ seed: '1', untilConverged: true, horizonUs: 3_600_000_000 });
  });

  test('is all defaults, by its own account', () => {
    const others = scenario.provenance.filter(({ path, source }) => source !== 'default' && path);
    expect(others).toEqual([]);
  });
});

describe('what a scenario says', () => {
  test('a horizon alone means to run all of it; with until, to stop early', () => {
    expect(loaded('horizon: 5m')).toMatchObject({ horizonUs: 300_000_000, untilConverged: false });
    expect(loaded('{horizon: 5m, until: converged}')).toMatchObject({ untilConverged: true });
  });

  test('the seed is canonical text, whether written as number or text', () => {
    expect([loaded('seed: 42').seed, loaded('seed: "42"').seed]).toEqual(['42', '42']);
    expect(loaded('seed: spring').seed).toBe('spring');
  });

  test('the version may be written with or without quotes', () => {
    expect(loaded('kubernetesVersion: 1.36').cluster.kubernetesVersion).toBe('1.36');
    expect(loaded('kubernetesVersion: "1.36"').cluster.kubernetesVersion).toBe('1.36');
  });

  test('three hosts get three etcd members and three API servers, four hosts three members', () => {
    const { controlPlane } = loaded('controlPlane: {hosts: {count: 3, cores: 8}}').cluster;
    expect(controlPlane.etcd.hosts).toEqual([
      'control-plane-0',
      'control-plane-1',
      'control-plane-2',
    ]);
    expect(controlPlane.apiServer.hosts).toHaveLength(3);
    expect(loaded('controlPlane: {hosts: {count: 4}}').cluster.controlPlane.etcd.members).toBe(3);
  });

  test('hosts may have names and cores of their own', () => {
    const hosts = '[{name: a, cores: 2}, {name: b, cores: 0.5}]';
    const { controlPlane } = loaded(`controlPlane: {hosts: ${hosts}}`).cluster;
    expect(controlPlane.hosts).toEqual([
      { name: 'a', cores: 2 },
      { name: 'b', cores: 0.5 },
    ]);
    expect(controlPlane.etcd.hosts).toEqual(['a']);
  });

  test('every form of a distribution becomes the model form', () => {
    const start = (text: string): unknown =>
      loaded(`applicationStart: ${text}`).cluster.applicationStart;
    expect(start('5ms')).toEqual({ kind: 'constant', value: 5000 });
    expect(start('{p50: 2ms, p99: 8ms}')).toEqual({ kind: 'logNormal', p50: 2000, p99: 8000 });
    expect(start('{uniform: [1ms, 2ms]}')).toEqual({ kind: 'uniform', low: 1000, high: 2000 });
    expect(start('{exponential: 3ms}')).toEqual({ kind: 'exponential', mean: 3000 });
    expect(start('{gamma: {mean: 3ms, shape: 2}}')).toEqual({
      kind: 'gamma',
      mean: 3000,
      shape: 2,
    });
    expect(start('{quantiles: [[0, 1ms], [0.5, 2ms], [1, 9ms]]}')).toEqual({
      kind: 'quantiles',
      table: [
        [0, 1000],
        [0.5, 2000],
        [1, 9000],
      ],
    });
    expect(start('{mixture: [{weight: 9, of: 1ms}, {weight: 1, of: {exponential: 1s}}]}')).toEqual({
      kind: 'mixture',
      parts: [
        { weight: 9, of: { kind: 'constant', value: 1000 } },
        { weight: 1, of: { kind: 'exponential', mean: 1_000_000 } },
      ],
    });
  });

  test('sizes of images are bytes', () => {
    const { network } = loaded(
      'network: {imageSizes: {b: 1Mi, a: 2k}, defaultImageSize: 3Ki}',
    ).cluster;
    expect([...network.imageSizes]).toEqual([
      ['a', 2000],
      ['b', 1_048_576],
    ]);
    expect(network.imageBytes).toEqual({ kind: 'constant', value: 3072 });
  });

  test('a slower disk is slower at its median and stalls', () => {
    const fsync = (name: string) =>
      loaded(`controlPlane: {etcd: {disk: ${name}}}`).cluster.controlPlane.etcd.disk.fsync;
    const medians = ['nvme', 'virtual-nvme', 'cloud-ssd', 'network-disk', 'hdd'].map((name) => {
      const spec = fsync(name);
      const body = spec.kind === 'mixture' ? spec.parts[0]?.of : undefined;
      return body?.kind === 'logNormal' ? body.p50 : Number.NaN;
    });
    expect(medians).toEqual([...medians].sort((a, b) => a - b));
    expect(fsync('{fsync: 1ms}')).toEqual({ kind: 'constant', value: 1000 });
  });

  test('a Node template brings its own size, labels and taints; the pool adds to them', () => {
    const { nodePools } = loaded(`
      nodePools:
        - name: gpu
          count: 2
          zones: [a, b]
          labels: {team: ml}
          taints: [{key: gpu, value: "yes", effect: NoSchedule}]
          template:
            metadata: {labels: {node.kubernetes.io/instance-type: g5.xlarge}}
            status: {capacity: {cpu: 8, memory: 32Gi, pods: 10, nvidia.com/gpu: 1}}
    `).cluster;
    const [pool] = nodePools;
    expect(pool).toMatchObject({ cores: 8, namePrefix: 'gpu-', zones: ['a', 'b'] });
    expect(pool?.template.status?.capacity).toMatchObject({ cpu: '8', 'nvidia.com/gpu': '1' });
    expect(pool?.template.metadata.labels).toMatchObject({
      team: 'ml',
      'node.kubernetes.io/instance-type': 'g5.xlarge',
    });
    expect(pool?.template.spec.taints).toEqual([
      { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
    ]);
  });

  test('thresholds keep what was written beside what it means', () => {
    const { thresholds } = loaded(`
      thresholds:
        pod_startup_seconds{namespace=shop}:
          - 'p(99)<5'
          - {expr: 'max<30', level: warn, allowEmpty: true}
    `);
    expect(thresholds).toEqual([
      expect.objectContaining({
        metric: 'pod_startup_seconds{namespace=shop}',
        selector: { name: 'pod_startup_seconds', labels: [['namespace', 'shop']] },
        expression: 'p(99)<5',
        level: 'error',
        allowEmpty: false,
      }),
      expect.objectContaining({ expression: 'max<30', level: 'warn', allowEmpty: true }),
    ]);
  });
});

describe('the operations of a scenario', () => {
  test('keep their order and carry defaulted objects', () => {
    const { operations } = loaded(`
      workload:
        operations:
          - {op: apply, objects: [${web}]}
          - {op: barrier}
          - {op: scale, target: deploy/web, replicas: 5, at: 1m}
          - {op: update, target: Deployment/web, patch: {spec: {paused: true}}}
          - {op: sleep, duration: 10s}
          - {op: delete, targets: [Deployment/default/web]}
    `);
    expect(operations.map(({ op, atUs, source }) => [op, atUs, source])).toEqual([
      ['apply', 0, 'operations[0]'],
      ['barrier', 0, 'operations[1]'],
      ['scale', 60_000_000, 'operations[2]'],
      ['update', 0, 'operations[3]'],
      ['sleep', 0, 'operations[4]'],
      ['delete', 0, 'operations[5]'],
    ]);
    const target = { kind: 'Deployment', namespace: 'default', name: 'web' };
    expect(operations[2]).toMatchObject({ target, replicas: 5 });
    expect(operations[0]).toMatchObject({
      objects: [{ metadata: { namespace: 'default' }, spec: { revisionHistoryLimit: 10 } }],
    });
  });

  test('createPods makes bare pods from a template without kind and name', () => {
    const pod = '{spec: {containers: [{name: c, image: i}]}}';
    const { operations } = loaded(
      `workload: {operations: [{op: createPods, count: 9, template: ${pod}, namespace: batch, qps: 5}]}`,
    );
    expect(operations[0]).toMatchObject({ op: 'apply', objects: [{ kind: 'Namespace' }] });
    expect(operations[1]).toMatchObject({
      op: 'createPods',
      count: 9,
      qps: 5,
      workers: 1,
      namespace: 'batch',
      namePrefix: 'pod-',
      template: { kind: 'Pod', metadata: { namespace: 'batch' } },
    });
  });

  test('templates come from files as well', () => {
    const files = {
      'pod.yaml': 'metadata: {generateName: fast-}\nspec: {containers: [{name: c, image: i}]}\n',
    };
    const { operations } = loaded(
      'workload: {operations: [{op: createPods, count: 1, template: pod.yaml}]}',
      files,
    );
    expect(operations[0]).toMatchObject({ namePrefix: 'fast-', qps: Number.POSITIVE_INFINITY });
  });

  test('churn takes several templates of any kind', () => {
    const { operations } = loaded(
      `workload: {operations: [{op: churn, mode: recreate, templates: [${web}, ${service('s')}], number: 3, interval: 500ms}]}`,
    );
    expect(operations[0]).toMatchObject({
      op: 'churn',
      mode: 'recreate',
      count: 3,
      intervalUs: 500_000,
      templates: [{ kind: 'Deployment' }, { kind: 'Service' }],
    });
  });

  test('files, objects in place and YAML as text come together, in this order', () => {
    const files = {
      'a/1.yaml': service('one'),
      'a/2.yaml': `${service('two')}\n---\n${service('three')}`,
    };
    const { operations } = loaded(
      `
      workload:
        operations:
          - op: create
            manifests: [a/*.yaml]
            objects: [${web}]
            yaml: |
              ${deployment('text')}
      `,
      files,
    );
    const [create] = operations;
    const names =
      create?.op === 'create' ? create.objects.map(({ metadata }) => metadata.name) : [];
    expect(names).toEqual(['one', 'two', 'three', 'web', 'text']);
  });

  test('namespaces that are used and not declared are created first, once, with a notice', () => {
    const inShop = web.replace('{name: web}', '{name: web, namespace: shop}');
    const { operations, notices } = loaded(
      `workload: {operations: [{op: apply, objects: [${inShop}]}, {op: apply, objects: [${inShop.replaceAll('web', 'two')}]}]}`,
    );
    const kinds = operations.map(
      (each) => each.op === 'apply' && each.objects.map(({ kind }) => kind),
    );
    expect(kinds).toEqual([['Namespace', 'Deployment'], ['Deployment']]);
    expect(notices.join()).toContain('Namespace shop is used but not declared');
  });

  test('a declared namespace is not created twice', () => {
    const namespace = '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}';
    const inShop = web.replace('{name: web}', '{name: web, namespace: shop}');
    const { operations, notices } = loaded(
      `workload: {operations: [{op: apply, objects: [${namespace}, ${inShop}]}]}`,
    );
    expect(operations[0]).toMatchObject({
      objects: [{ kind: 'Namespace' }, { kind: 'Deployment' }],
    });
    expect(notices.join()).not.toContain('Namespace');
  });
});

describe('the same scenario in another dress', () => {
  const spec = `seed: 7\nworkload:\n  operations:\n    - op: apply\n      objects: [${web}]\n`;

  test('line ends of Windows and a byte order mark change nothing', () => {
    const text = scenarioText(spec);
    const plain = loadScenario(text, 'a.yaml', memoryFiles({})).scenario;
    const windows = loadScenario(
      `\uFEFF${text.replaceAll('\n', '\r\n')}`,
      'a.yaml',
      memoryFiles({}),
    );
    expect(windows.problems.map(brief)).toEqual([]);
    expect(windows.scenario).toEqual(plain);
  });

  test('positions are right with line ends of Windows', () => {
    const text = scenarioText('seed: 1\nhorizon: 90\n').replaceAll('\n', '\r\n');
    const { problems } = loadScenario(text, 'a.yaml', memoryFiles({}));
    expect(problems.map(({ line, column }) => [line, column])).toEqual([[6, 12]]);
  });

  test('loading twice gives equal data', () => {
    expect(loaded(spec)).toEqual(loaded(spec));
  });

  test.each([
    ['nothing', '', 'KUBECLOCK2002'],
    ['malformed YAML', 'apiVersion: kubeclock.dev/v1alpha1\nkind: [Scenario\n', 'KUBECLOCK1001'],
    ['a key twice', `${scenarioText('seed: 1')}kind: Scenario\n`, 'KUBECLOCK1002'],
    ['a template', scenarioText('seed: {{.Seed}}'), 'KUBECLOCK1003'],
    ['two documents', `${scenarioText('seed: 1')}---\na: 1\n`, 'KUBECLOCK1001'],
    ['another version', scenarioText('').replace('v1alpha1', 'v1'), 'KUBECLOCK1202'],
  ])('%s is refused as a scenario', (_what, text, code) => {
    const { scenario, problems } = loadScenario(text, 'a.yaml', memoryFiles({}));
    expect(scenario).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toContain(code);
  });
});

describe('manifests without a scenario', () => {
  const manifests = (text: string, nodes?: string) =>
    loadManifests(
      ['app.yaml'],
      'app',
      memoryFiles({ 'app.yaml': text }),
      nodes === undefined ? {} : { nodes },
    );

  test('are one apply at the start, on a cluster that is named', () => {
    const { scenario } = manifests(`${web}\n---\n${service('web')}\n`);
    expect(scenario).toMatchObject({ name: 'app', untilConverged: true });
    expect(scenario?.operations).toMatchObject([
      { op: 'apply', atUs: 0, objects: [{ kind: 'Deployment' }, { kind: 'Service' }] },
    ]);
    expect(scenario?.notices.join()).toContain('the default pool has 3 nodes of 4 CPU and 16Gi');
  });

  test.each([
    ['7', 7, '4', '16Gi'],
    ['3x8cpu32Gi', 3, '8', '32Gi'],
    ['2x2x4Gi', 2, '2', '4Gi'],
    ['1x500mcpu512Mi', 1, '500m', '512Mi'],
  ])('--nodes %s makes the pool', (nodes, count, cpu, memory) => {
    const [pool] = manifests(web, nodes).scenario?.cluster.nodePools ?? [];
    expect(pool?.count).toBe(count);
    expect(pool?.template.status?.allocatable).toMatchObject({ cpu, memory });
  });

  test.each(['0', '3x', '3x4', 'three', '3x4cpu', '-1', '3x4cpu16'])(
    '--nodes %s is refused',
    (nodes) => {
      const { scenario, problems } = manifests(web, nodes);
      expect(scenario).toBeUndefined();
      expect(problems).toMatchObject([{ file: '--nodes', line: 1, code: 'KUBECLOCK2009' }]);
    },
  );

  test('kinds that are not simulated are counted, not errors', () => {
    const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n';
    const { scenario } = manifests(`${web}\n---\n${widget}---\n${widget}`);
    expect(scenario?.ignored).toEqual([{ apiVersion: 'example.com/v1', kind: 'Widget', count: 2 }]);
  });
});
