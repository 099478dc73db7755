// Control planes that cannot be, or are not what they seem: refused, or warned about, in place.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { brief, deployment, load, loaded } from './memory-files.js';

describe('a control plane is refused', () => {
  test.each([
    [
      'with an even number of etcd members',
      'controlPlane: {hosts: {count: 5}, etcd: {members: 4}}',
      'test.yaml:5:53 spec.controlPlane.etcd.members: 4 etcd members tolerate no more failures than 3',
    ],
    [
      'with machines without cores',
      'controlPlane: {hosts: {count: 1, cores: 0}}',
      'test.yaml:5:43 spec.controlPlane.hosts.cores: 0 is not allowed here',
    ],
    [
      'with one machine without cores',
      'controlPlane: {hosts: [{name: a, cores: 0}]}',
      'test.yaml:5:43 spec.controlPlane.hosts[0].cores: 0 is not allowed here',
    ],
    [
      'whose quota of etcd is below what its nodes take',
      'controlPlane: {etcd: {quotaBackendBytes: 1Mi}}\nnodePools: [{name: a, count: 500}]',
      /^test\.yaml:5:44 spec\.controlPlane\.etcd\.quotaBackendBytes: the nodes take \d+Mi in etcd, and its quota is 1Mi$/,
    ],
  ])('%s', (_, spec, expected) => {
    const { scenario, problems } = load(spec);
    expect(scenario).toBeUndefined();
    const [first = ''] = problems.map(brief);
    if (typeof expected === 'string') expect(first).toBe(expected);
    else expect(first).toMatch(expected);
  });
});

function schema(name: string, precedence: number, level = 'workload-low'): string {
  return `{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: {name: ${name}},
    spec: {matchingPrecedence: ${precedence}, priorityLevelConfiguration: {name: ${level}},
    rules: [{subjects: [{kind: User, user: {name: "*"}}], resourceRules: [{verbs: ["*"],
    apiGroups: ["*"], resources: ["*"], namespaces: ["*"]}]}]}}`;
}

describe('FlowSchemas that Kubernetes takes in silence', () => {
  const problemsOf = (...schemas: readonly string[]): readonly string[] => {
    const { scenario, problems } = load(
      `nodePools: [{name: a, count: 1}]\nworkload: {operations: [{op: apply, objects: [${schemas.join(', ')}]}]}`,
    );
    expect(scenario).toBeDefined();
    return problems.map((problem) => `${problem.severity} ${problem.code} ${brief(problem)}`);
  };

  test('overlap when they have one precedence: the name decides', () => {
    expect(problemsOf(schema('mine', 700), schema('yours', 700))).toEqual([
      expect.stringMatching(
        /^warning KUBECLOCK2105 test\.yaml:\d+:\d+ spec.*matchingPrecedence: FlowSchema "yours" has the matchingPrecedence of "mine", 700: what both match goes to "mine"/,
      ),
    ]);
    expect(problemsOf(schema('mine', 700), schema('yours', 701))).toEqual([]);
  });

  test('overlap with those of every cluster too', () => {
    const [warning] = problemsOf(schema('zz', 9000));
    expect(warning).toContain('has the matchingPrecedence of "service-accounts", 9000');
  });

  test('are Dangling when their level is not there', () => {
    expect(problemsOf(schema('mine', 700, 'nowhere'))).toEqual([
      expect.stringMatching(/^warning KUBECLOCK2106 .*FlowSchema "mine" is Dangling: there is no /),
    ]);
  });
});

test('a webhook that times out under Fail refuses as Kubernetes does, and the run says so', () => {
  const scenario = loaded(`
    horizon: 30s
    controlPlane:
      apiServer:
        admissionWebhooks:
          - name: slow.example.com
            type: Validating
            rules: [{operations: [CREATE], resources: [deployments]}]
            latency: 20s
    nodePools: [{name: workers, count: 1}]
    workload: {operations: [{op: create, objects: [${deployment('web')}]}]}
  `);
  const { convergence, requests } = runScenario(scenario);
  expect(convergence[0]?.reason).toContain(
    'Internal error occurred: failed calling webhook "slow.example.com": failed to call webhook: ' +
      'Post "https://slow.example.com:443/?timeout=10s": context deadline exceeded',
  );
  const row = requests.find(({ resource }) => resource === 'deployments');
  expect(row).toMatchObject({ count: 1, errors: 1 });
  expect(row?.maxUs).toBeGreaterThanOrEqual(10_000_000);
});
