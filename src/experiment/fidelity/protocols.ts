// What the recorder did in each kind of run, step by step.
// Source: golden/timeline/README.md and the calls and times in the recordings.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ApiRequest } from '../../client/api-request.js';
import { mergePatch } from '../../cluster/merge-patch.js';
import { type Bench, requestFor } from './bench.js';
import { barePod, deploymentNamed, jobNamed, NEXT_IMAGE, serviceNamed } from './objects.js';
import { deploy, framed, readyPods, since } from './phases.js';
import { numberIn, type RunInput } from './run-input.js';

const SECOND_US = 1_000_000;
/** Between two phases of a run. */
const GAP_US = 12_100_000;
/** Of an idle run. */
const WINDOW_US = 60 * SECOND_US;
/** The scheduler is restarted so long after the first call when a run does not say it. */
const RESTART_AT_SECONDS = 5;
/** Workers of the recorder's client. */
const WORKERS = 32;

function idle(bench: Bench): void {
  framed(bench, () => {
    for (const name of ['window1', 'window2']) {
      const window = bench.read();
      bench.sleep(WINDOW_US);
      bench.noteCpu(name, window);
    }
  });
}

function oneDeployment(bench: Bench, { size }: RunInput): void {
  framed(bench, () => deploy(bench, [serviceNamed('app'), deploymentNamed('app', size)], size));
}

function manyDeployments(bench: Bench, input: RunInput): void {
  const count = numberIn(input, /(\d+) Deployments?/, 20);
  const replicas = Math.round(input.size / count);
  const names = Array.from({ length: count }, (_, i) => `app-${String(i).padStart(2, '0')}`);
  framed(
    bench,
    () =>
      deploy(
        bench,
        names.map((name) => deploymentNamed(name, replicas)),
        input.size,
        WORKERS,
      ),
    () => bench.create(names.map(serviceNamed)),
  );
}

function barePods(
  bench: Bench,
  { size, ratePerSecond }: RunInput,
  meanwhile: () => void = () => {},
): void {
  framed(bench, () => {
    const phase = bench.read();
    meanwhile();
    const requests = Array.from({ length: size }, (_, i) => ({
      dueUs: ratePerSecond > 0 ? Math.round((i * SECOND_US) / ratePerSecond) : 0,
      request: requestFor('create', barePod(i)),
    }));
    bench.call(requests, WORKERS);
    bench.note('create_calls_done_s', since(bench, phase.atUs));
    bench.until(() => readyPods(bench) >= size);
    bench.note('converged_s', since(bench, phase.atUs));
    bench.noteCpu('burst', phase);
    bench.notePods('burst', bench.pods.rows, phase.atUs);
  });
}

/** The scheduler is ended while it works: asked to, or killed where the run says so. */
function schedulerRestart(bench: Bench, input: RunInput): void {
  const { what, variant, phases } = input;
  const signal = /kill/i.test(`${what} ${variant}`) ? 'SIGKILL' : 'SIGTERM';
  const atSeconds = phases[0]?.startSeconds ?? numberIn(input, /([\d.]+) ?s\b/, RESTART_AT_SECONDS);
  barePods(bench, input, () => {
    bench.later(Math.round(atSeconds * SECOND_US), () => bench.restartScheduler(signal));
  });
}

/** A Deployment gets another image, and replaces its pods a few at a time. */
function rollingUpdate(bench: Bench, input: RunInput): void {
  const app = deploymentNamed('app', input.size);
  const { name, lengths } = input.phases[0] ?? { name: 'update', lengths: [] };
  framed(bench, () => {
    deploy(bench, [serviceNamed('app'), app], input.size);
    bench.sleep(GAP_US);
    const old = bench.pods.rows;
    const phase = bench.read();
    const { template } = deploymentNamed('app', input.size, NEXT_IMAGE).spec;
    bench.call([{ dueUs: 0, request: patchOf(app, { spec: { template } }) }], 1);
    const isReplaced = (): boolean =>
      old.every(({ at }) => at.deleted !== undefined) && readyPods(bench) >= input.size;
    bench.until(() => isReplaced() && bench.readyEndpoints >= input.size);
    for (const length of lengths) bench.note(length, since(bench, phase.atUs));
    bench.noteCpu(name, phase);
    bench.notePods(name, bench.pods.rows, phase.atUs);
    bench.notePods(`${name}_old`, old, phase.atUs);
    bench.notePods(`${name}_new`, bench.pods.rows.slice(old.length), phase.atUs);
  });
}

function scaleAndDelete(bench: Bench, input: RunInput): void {
  const app = deploymentNamed('app', input.size);
  framed(bench, () => {
    deploy(bench, [serviceNamed('app'), app], input.size);
    bench.sleep(GAP_US);
    const left = numberIn(input, /scale \d+ to (\d+)/, Math.round(input.size / 5));
    const scaling = bench.read();
    bench.call([{ dueUs: 0, request: patchOf(app, { spec: { replicas: left } }) }], 1);
    bench.until(() => bench.podCount <= left);
    bench.note('scale_down_s', since(bench, scaling.atUs));
    bench.noteCpu('scale', scaling);
    bench.notePods('scale', bench.pods.rows, scaling.atUs);
    bench.sleep(GAP_US);
    const deletion = bench.read();
    const requests = [app, serviceNamed('app')].map((object) => ({
      dueUs: 0,
      request: requestFor('delete', object),
    }));
    bench.call(requests, 1);
    bench.until(() => bench.podCount === 0);
    bench.note('delete_all_s', since(bench, deletion.atUs));
    bench.noteCpu('delete', deletion);
    bench.notePods('delete', bench.pods.rows, deletion.atUs);
  });
}

function patchOf(object: KubernetesObject, patch: Readonly<Record<string, unknown>>): ApiRequest {
  const { namespace, name, resource } = requestFor('create', object);
  const apply = (current: KubernetesObject): KubernetesObject =>
    mergePatch(current, patch) as KubernetesObject;
  const bytes = JSON.stringify(patch).length;
  return { verb: 'patch', resource, namespace, name, patch: { bytes, apply } };
}

function job(bench: Bench, input: RunInput): void {
  const parallelism = numberIn(input, /parallelism (\d+)/, 50);
  const runSeconds = numberIn(input, /runs ([\d.]+) s/, 2);
  framed(bench, () => {
    const phase = bench.read();
    bench.create([jobNamed('job', input.size, parallelism, runSeconds)]);
    bench.until(() => bench.isJobDone('job'));
    bench.note('converged_s', since(bench, phase.atUs));
    bench.noteCpu('job', phase);
    bench.notePods('job', bench.pods.rows, phase.atUs);
  });
}

/** First and last of some times, in seconds since `startUs`; nothing when there are none. */
function noteRange(bench: Bench, name: string, times: readonly number[], startUs: number): void {
  if (times.length === 0) return;
  bench.note(`${name}_first`, (Math.min(...times) - startUs) / SECOND_US);
  bench.note(`${name}_last`, (Math.max(...times) - startUs) / SECOND_US);
}

function nodeFailure(bench: Bench, input: RunInput): void {
  framed(bench, () => {
    deploy(bench, [serviceNamed('app'), deploymentNamed('app', input.size)], input.size);
    bench.sleep(GAP_US);
    const dead = Math.round((input.nodes * numberIn(input, /(\d+) ?%/, 10)) / 100);
    const failure = bench.read();
    const deadNames = new Set(bench.stopNodes(dead));
    const old = bench.pods.rows.filter(({ node }) => deadNames.has(node));
    const known = bench.pods.rows.length;
    bench.note('pods_on_dead_nodes', old.length);
    const replaced = (): number =>
      bench.pods.rows.slice(known).filter(({ at }) => at.ready !== undefined).length;
    bench.until(() => replaced() >= old.length);
    bench.note('fail_to_recovered_s', since(bench, failure.atUs));
    bench.noteCpu('fail', failure);
    bench.notePods('fail_old', old, failure.atUs);
    bench.notePods('fail_new', bench.pods.rows.slice(known), failure.atUs);
    noteRange(bench, 'notready', [...bench.nodes.notReadyUs.values()], failure.atUs);
    noteRange(bench, 'noexec', [...bench.nodes.noExecuteUs.values()], failure.atUs);
    const podTimes = old.flatMap(({ at }) => (at.notready === undefined ? [] : [at.notready]));
    noteRange(bench, 'podnotready', podTimes, failure.atUs);
  });
}

/** Protocols by the letter of the scenario. */
export const protocols: ReadonlyMap<string, (bench: Bench, input: RunInput) => void> = new Map([
  ['a', idle],
  ['b', oneDeployment],
  ['c', manyDeployments],
  ['d', barePods],
  ['e', scaleAndDelete],
  ['f', rollingUpdate],
  ['g', nodeFailure],
  ['h', schedulerRestart],
  ['i', job],
]);
