/**
 * The Event: something a component reports about an object.
 *
 * The core form is modelled; `events.k8s.io/v1` is the same object under other field names.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject, ObjectReference } from './object-meta.js';
import type { Time } from './time.js';

export interface EventSource {
  readonly component?: string;
  readonly host?: string;
}

export interface EventSeries {
  readonly count?: number;
  readonly lastObservedTime?: Time;
}

export interface Event extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly involvedObject: ObjectReference;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: EventSource;
  readonly firstTimestamp?: Time;
  readonly lastTimestamp?: Time;
  readonly count?: number;
  readonly type?: 'Normal' | 'Warning';
  readonly eventTime?: Time;
  readonly series?: EventSeries;
  readonly action?: string;
  readonly related?: ObjectReference;
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
}
