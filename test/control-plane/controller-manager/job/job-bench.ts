// A control plane with agents that run the pods of Jobs for a while and let them end.
import type { Job, JobSpec } from '../../../../src/api/job.js';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { Pod, PodTemplateSpec } from '../../../../src/api/pod.js';
import { Informer } from '../../../../src/client/informer.js';
import { podSpec, template } from '../../../support/objects.js';
import { ControllerBench, type ControllerBenchOptions } from '../controller-bench.js';

export const SECOND = 1_000_000;

const ending: PodTemplateSpec = {
  ...template('job'),
  spec: podSpec({ restartPolicy: 'Never' }),
};

export const job = (spec: Partial<JobSpec>): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'job', namespace: 'default' },
  spec: { template: ending, ...spec },
});

/** How a pod ends: with exit code 1 when it fails, unless told otherwise. */
export interface PodEnd {
  readonly phase: 'Succeeded' | 'Failed';
  readonly exitCode?: number;
  readonly condition?: string;
}

type Ends = (n: number, pod: Pod) => PodEnd | PodEnd['phase'] | undefined;

/** Pods end `runSeconds` after their creation, in the phase that `endOf` says for the n-th. */
export class JobBench extends ControllerBench {
  constructor(
    runSeconds: number,
    endOf: Ends = () => 'Succeeded',
    options: ControllerBenchOptions = {},
  ) {
    super({ limit: { qps: 1000, burst: 1000 }, ...options });
    const pods: { readonly pod: Pod; readonly n: number }[] = [];
    const ended = this.simulation.defineEvent('test.PodEnded', (index) => {
      const { pod, n } = pods[index] as (typeof pods)[number];
      const end = endOf(n, pod);
      if (end !== undefined) this.#end(pod, typeof end === 'string' ? { phase: end } : end);
    });
    const informer = new Informer<Pod>(this.simulation, {
      name: 'test/pods',
      resource: 'pods',
      client: this.client(),
    });
    informer.addHandler({
      added: (pod) => {
        const index = pods.push({ pod, n: pods.length }) - 1;
        this.simulation.after(runSeconds * SECOND, ended, index);
      },
    });
    informer.start();
    this.wait(SECOND);
  }

  #end({ metadata, spec }: Pod, end: PodEnd): void {
    const { namespace = '', name } = metadata;
    const { phase, condition, exitCode = phase === 'Failed' ? 1 : 0 } = end;
    const containerStatuses = spec.containers.map((container) => ({
      name: container.name,
      state: { terminated: { exitCode } },
      ready: false,
      restartCount: 0,
      image: '',
      imageID: '',
    }));
    const apply = (now: KubernetesObject): KubernetesObject => {
      const { status } = now as Pod;
      const conditions = [
        ...(status?.conditions ?? []),
        ...(condition === undefined ? [] : [{ type: condition, status: 'True' as const }]),
      ];
      return { ...(now as Pod), status: { ...status, phase, containerStatuses, conditions } };
    };
    const patch = { bytes: 100, apply };
    const where = { resource: 'pods', subresource: 'status', namespace, name } as const;
    this.user.send({ verb: 'patch', ...where, patch }, () => {});
  }

  get job(): Job {
    return this.stored<Job>('Job')[0] as Job;
  }

  /** `Complete`, `Failed: reason`, or '' while it runs. */
  get outcome(): string {
    const end = this.job.status?.conditions?.find(
      ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
    );
    if (end === undefined) return '';
    return end.type === 'Complete' ? 'Complete' : `Failed: ${end.reason}`;
  }

  pass(seconds: number): void {
    this.wait(seconds * SECOND);
  }

  /** Most pods that were active at once, over all commits so far. */
  get mostActive(): number {
    const active = new Set<string>();
    let most = 0;
    for (const { event } of this.log.events) {
      if (event.object.kind !== 'Pod') continue;
      const { phase } = event.object.status ?? {};
      const isOver = event.type === 'DELETED' || phase === 'Succeeded' || phase === 'Failed';
      if (isOver) active.delete(event.object.metadata.name);
      else active.add(event.object.metadata.name);
      most = Math.max(most, active.size);
    }
    return most;
  }
}
