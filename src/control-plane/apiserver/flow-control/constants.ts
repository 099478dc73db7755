// What API Priority and Fairness is configured with, in code rather than by objects.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  borrowingAdjustmentPeriodUs: {
    value: 10_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/apf_controller.go (reference: controlplane B4)',
  },
  seatDemandSmoothing: {
    value: 0.977,
    unit: '1',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/apf_controller.go (reference: controlplane B4)',
    note: 'weight of the past when the demand falls; half of a peak is forgotten in 5 min',
  },
  minTargetSeats: {
    value: 0.001,
    unit: 'seats',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/conc_alloc.go (reference: controlplane B4)',
    note: 'a demand of nothing counts as this much',
  },
  estimatedServiceUs: {
    value: 3_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/fairqueuing/queueset/queueset.go (reference: controlplane B5)',
    note: 'G: what a request is charged at dispatch; its true duration is charged when it ends',
  },
  bytesPerSeat: {
    value: 100_000,
    unit: 'bytes/seat',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/request/list_work_estimator.go (reference: controlplane B6)',
  },
  maxCachedListBytes: {
    value: 1_000_000,
    unit: 'bytes',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/request/list_work_estimator.go (reference: controlplane B6)',
    note: 'memory that a list out of the watch cache uses at most, since it is streamed',
  },
  maxListSeats: {
    value: 100,
    unit: 'seats',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/request/config.go (reference: controlplane B6)',
  },
  maxMutatingSeats: {
    value: 10,
    unit: 'seats',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/request/config.go (reference: controlplane B6)',
  },
  maxSeatsOfNominalPercent: {
    value: 15,
    unit: '%',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/apf_controller.go (reference: controlplane B4)',
    note: 'widest request of a level, of its nominal limit',
  },
  watchesPerSeat: {
    value: 10,
    unit: 'watches/seat',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/request/mutating_work_estimator.go (reference: controlplane B6)',
  },
  eventAdditionalUs: {
    value: 5_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/request/mutating_work_estimator.go (reference: controlplane B6)',
    note: 'for which the seats of the watch events of a write are held',
  },
  objectCountPeriodUs: {
    value: 60_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/request/object_count_tracker.go (reference: controlplane B6)',
  },
  maxQueueWaitUs: {
    value: 60_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 apiserver server/filters/priority-and-fairness.go (reference: controlplane B7)',
  },
  maxRetryAfterSeconds: {
    value: 32,
    unit: 's',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/dropped_requests_tracker.go (reference: controlplane B7)',
  },
  droppedPerRetryAfterSecond: {
    value: 3,
    unit: 'requests/s',
    source:
      'Kubernetes v1.36 apiserver util/flowcontrol/dropped_requests_tracker.go (reference: controlplane B7)',
    note: 'more than this over Retry-After seconds doubles Retry-After',
  },
} as const;

/** Numbers of API Priority and Fairness. */
export const flowControlConstants: Constants<typeof table> = defineConstants('flow-control', table);
