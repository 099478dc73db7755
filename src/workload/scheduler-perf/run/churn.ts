// Churn in the background of a test, until its end: at every tick one object of each template is
// created, or, in mode `recreate`, created and at a later tick deleted. What the API server refuses
// is passed over.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/executor.go runChurnOp.
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { ApiRequest, ApiResponse } from '../../../client/api-request.js';
import { addressOf, referenceOf } from '../../../cluster/driver-step.js';
import type { Churn } from '../operations.js';
import { createOf, inNamespace } from './object-requests.js';
import type { SeriesPlan } from './request-series.js';

/** Endless, or `number` ticks of mode `create`. Each item of the series is one tick. */
export function churning({ mode, number, intervalUs, namespace, templates }: Churn): SeriesPlan {
  const isEndless = mode === 'recreate' || number === 0;
  /** Of `recreate`: what is there, by template and slot. */
  const live = templates.map(() => new Array<KubernetesObject | undefined>(number));
  const request = (
    tick: number,
    step: number,
    previous: ApiResponse | undefined,
  ): ApiRequest | undefined => {
    const slot = tick % Math.max(1, number);
    const answered = live[step - 1];
    if (mode === 'recreate' && answered !== undefined) {
      answered[slot] = answered[slot] === undefined ? previous?.object : undefined;
    }
    const template = templates[step];
    if (template === undefined) return undefined;
    const object = mode === 'recreate' ? live[step]?.[slot] : undefined;
    if (object !== undefined) return { verb: 'delete', ...addressOf(referenceOf(object)) };
    return createOf(inNamespace(template.instantiate(0, 1), namespace));
  };
  return {
    count: isEndless ? Number.POSITIVE_INFINITY : number,
    workers: 1,
    intervalUs,
    accepts: () => true,
    request,
  };
}
