// npm run validate:model [-- --json] [-- --only NAME]: the model against closed forms and recorded
// or published figures. Each check is a small simulation. Exit code: 0 all within their bounds.

import { parseArgs } from 'node:util';

const dist = new URL('../dist/', import.meta.url);
const { distribution } = await import(new URL('kernel/distributions.js', dist).href);
const { Simulation } = await import(new URL('kernel/simulation.js', dist).href);
const { WorkerPool } = await import(new URL('kernel/stations.js', dist).href);
const { runScenario } = await import(new URL('experiment/run-scenario.js', dist).href);
const { filesIn } = await import(new URL('scenario/files.js', dist).href);
const { loadScenario } = await import(new URL('scenario/load.js', dist).href);

/** Mean wait in units of the mean service time, at load `rho` on `servers`. */
function meanWait(servers, rho, service) {
  const simulation = new Simulation('validate');
  const pool = new WorkerPool(simulation, 'station', servers);
  const stream = simulation.stream('arrivals');
  const gap = distribution({ kind: 'exponential', mean: 10_000 / rho / servers });
  const law = distribution(service);
  const served = simulation.defineEvent('job.Served', () => {});
  const arrived = simulation.defineEvent('job.Arrived', () => {
    pool.submit(law.sample(stream), served);
    simulation.after(gap.sample(stream), arrived);
  });
  simulation.after(0, arrived);
  simulation.run(10_000_000_000);
  return pool.meter.report(simulation.now).meanWaitUs / 10_000;
}

/** Erlang's C: mean wait of M/M/c in units of the service time. */
function erlangWait(servers, rho) {
  const offered = servers * rho;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    sum += term;
  }
  const last = ((term * offered) / servers) * (1 / (1 - rho));
  return last / (sum + last) / (servers * (1 - rho));
}

/** Runs a scenario given as YAML. */
function run(spec) {
  const text = `apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: check}\nspec:\n${spec}`;
  const { scenario, problems } = loadScenario(text, 'check.yaml', filesIn('.'), {});
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return runScenario(scenario);
}

const cluster = `  controlPlane: {hosts: {count: 1, cores: 4}, etcd: {members: 1, disk: nvme}}
  nodePools: [{name: pool, count: 200, cpu: 32, memory: 256Gi, pods: 110}]
`;
const requests = '{requests: {cpu: 100m, memory: 128Mi}}';
const container = `{name: main, image: "registry.example/web:1", resources: ${requests}}`;
const deployment = `      - op: create
        yaml: |
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web, namespace: default}
          spec:
            replicas: 500
            selector: {matchLabels: {app: web}}
            template:
              metadata: {labels: {app: web}}
              spec: {containers: [${container}]}
`;
const pods = `      - op: createPods
        count: 1000
        namePrefix: pod-
        template:
          apiVersion: v1
          kind: Pod
          metadata: {name: pod}
          spec: {containers: [${container}]}
`;

const last = (rows, time) => Math.max(...rows.map(time)) / 1_000_000;
const exponential = { kind: 'exponential', mean: 10_000 };

/** Name, unit, expected value, allowed relative difference, how to measure, where it comes from. */
const checks = [
  [
    'M/M/1 wait at 70 %',
    'services',
    0.7 / 0.3,
    0.02,
    () => meanWait(1, 0.7, exponential),
    'closed form',
  ],
  [
    'M/M/4 wait at 80 %',
    'services',
    erlangWait(4, 0.8),
    0.02,
    () => meanWait(4, 0.8, exponential),
    'Erlang C',
  ],
  [
    'M/D/1 wait at 70 %',
    'services',
    0.7 / 0.6,
    0.02,
    () => meanWait(1, 0.7, { kind: 'constant', value: 10_000 }),
    'closed form',
  ],
  [
    'last of 500 pods of a Deployment created',
    's',
    23.967,
    0.05,
    () =>
      last(
        run(`${cluster}  horizon: 60s\n  workload:\n    operations:\n${deployment}`).pods,
        (pod) => pod.createdUs,
      ),
    'recorded: b500-200, mean of 3',
  ],
  [
    'last of 1000 bare pods bound',
    's',
    18.046,
    0.05,
    () =>
      last(
        run(`${cluster}  horizon: 60s\n  workload:\n    operations:\n${pods}`).pods,
        (pod) => pod.boundUs,
      ),
    'recorded: dmax-200, mean of 3',
  ],
  [
    'lease renewals of 200 idle nodes',
    'PUT/s',
    19.6,
    0.03,
    () => {
      const { requests } = run(`${cluster}  horizon: 100s\n`);
      const isRenewal = ({ verb, resource }) => verb === 'update' && resource === 'leases';
      return requests.filter(isRenewal).reduce((sum, { count }) => sum + count, 0) / 100;
    },
    'one a node each 10 s x (1 to 1.04)',
  ],
];

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string' } },
});
const counts = { passed: 0, failed: 0 };
for (const [name, unit, expected, tolerance, measure, source] of checks) {
  if (options.only !== undefined && options.only !== name) continue;
  const value = measure();
  const ok = Math.abs(value / expected - 1) <= tolerance;
  counts[ok ? 'passed' : 'failed']++;
  const target = `${Number(expected.toPrecision(5))} ± ${tolerance * 100} % (${source})`;
  const rounded = Number(value.toPrecision(5));
  console.log(
    options.json
      ? JSON.stringify({ name, value: rounded, unit, target, ok })
      : `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(42)} ${String(rounded).padStart(9)} ${unit.padEnd(9)} ${target}`,
  );
}
console.log(
  options.json ? JSON.stringify(counts) : `${counts.passed} passed, ${counts.failed} failed`,
);
process.exitCode = counts.failed > 0 ? 1 : 0;
