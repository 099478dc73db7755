// Estimates requests from what the server knows: its counts of objects and of watches.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/request/width.go
// (reference: controlplane B6).
import type { ApiRequest } from '../../../client/api-request.js';
import type { SimTime } from '../../../kernel/time.js';
import type { FlowRequests } from './flow-requests.js';
import type { FlowStatistics } from './flow-statistics.js';
import type { ObjectCounts } from './object-counts.js';
import type { PriorityLevel } from './priority-level.js';
import type { WatchCounts } from './watch-counts.js';
import { finalSeats, lingerUs, listSeats } from './work-estimation.js';

export class WorkEstimator {
  readonly #objects: ObjectCounts;
  readonly #watches: WatchCounts;

  constructor(objects: ObjectCounts, watches: WatchCounts) {
    this.#objects = objects;
    this.#watches = watches;
  }

  /** Writes the width of a request into its row. */
  estimate(
    requests: FlowRequests,
    id: number,
    request: ApiRequest,
    level: PriorityLevel,
    statistics: FlowStatistics,
    now: SimTime,
  ): void {
    const { maxSeats } = level;
    let initial = 1;
    let final = 0;
    let linger = 0;
    switch (request.verb) {
      case 'get':
      case 'deletecollection':
        break;
      case 'list':
        initial = this.#listSeats(request, maxSeats, now);
        break;
      case 'watch':
        if (!request.resourceVersion) initial = this.#listSeats(request, maxSeats, now);
        break;
      default: {
        const { resource, namespace, name } = request;
        const watches = this.#watches.interestedIn(resource, namespace, name);
        statistics.watchCounts.observe(watches);
        if (request.subresource === 'token') break;
        final = finalSeats(watches, maxSeats);
        linger = lingerUs(watches, final);
      }
    }
    requests.initialSeats[id] = initial;
    requests.finalSeats[id] = final;
    requests.lingerUs[id] = linger;
  }

  #listSeats(
    { resource, name, fieldSelector }: ApiRequest,
    maxSeats: number,
    now: SimTime,
  ): number {
    const count = this.#objects.countOf(now, resource);
    if (count === undefined) return 1;
    const shape = {
      count,
      averageBytes: this.#objects.averageBytesOf(now, resource),
      limit: 0,
      isFromCache: true,
      hasSelector: fieldSelector !== undefined,
      isSingle: name !== '' || fieldSelector?.field === 'metadata.name',
    };
    return listSeats(shape, maxSeats);
  }
}
