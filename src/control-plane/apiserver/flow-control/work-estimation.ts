// How wide a request is: the seats that it takes while it is served, and after a write for the
// watch events that it causes.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/request/list_work_estimator.go,
// mutating_work_estimator.go (reference: controlplane B6).
import { flowControlConstants } from './constants.js';

/** A list or a watch that begins with a list. */
export interface ListShape {
  /** Objects stored of the resource, and their mean size. */
  readonly count: number;
  readonly averageBytes: number;
  /** Page size; 0 for none. */
  readonly limit: number;
  readonly isFromCache: boolean;
  readonly hasSelector: boolean;
  /** One object by its name. */
  readonly isSingle: boolean;
}

/** Seats of a list, by the memory that it needs at once; at most `maxSeats` of its level (0: any). */
export function listSeats(shape: ListShape, maxSeats: number): number {
  const { count, averageBytes, limit, isFromCache, hasSelector, isSingle } = shape;
  const { bytesPerSeat, maxCachedListBytes, maxListSeats } = flowControlConstants;
  const limited = limit > 0 && limit < count ? limit : count;
  const isSearched = !isFromCache && hasSelector;
  const loaded = isSingle ? 1 : isSearched ? Math.max(limited, Math.floor(count / 2)) : limited;
  const bytes = loaded * averageBytes;
  const atOnce = isFromCache ? Math.min(bytes, maxCachedListBytes) : bytes;
  const cap = capOf(maxSeats, maxListSeats);
  return Math.max(1, Math.min(Math.ceil(atOnce / bytesPerSeat), cap));
}

/** Final seats of a write that so many watches are interested in; 0: it ends with its answer. */
export function finalSeats(watches: number, maxSeats: number): number {
  const { watchesPerSeat, maxMutatingSeats } = flowControlConstants;
  if (watches < watchesPerSeat) return 0;
  return Math.min(Math.ceil(watches / watchesPerSeat), capOf(maxSeats, maxMutatingSeats));
}

/** How long the final seats are held, µs: fewer seats than wanted are held for longer. */
export function lingerUs(watches: number, seats: number): number {
  const { watchesPerSeat, eventAdditionalUs } = flowControlConstants;
  if (seats === 0) return 0;
  return Math.round((Math.ceil(watches / watchesPerSeat) * eventAdditionalUs) / seats);
}

function capOf(maxSeats: number, globalCap: number): number {
  return maxSeats === 0 ? globalCap : Math.min(maxSeats, globalCap);
}
