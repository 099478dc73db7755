// Seats of priority levels: never fewer than none, and none given beyond what there are, except to
// a request that is wider than its level, which must have the level for itself. (What was given
// before a limit came down may still be above it.)
import type { SeatUse } from '../client/observer.js';
import { Checker } from './checker.js';

export class SeatLimits extends Checker {
  override seatsTaken(level: SeatUse): void {
    const { name, isExempt, seatsInUse, limit, requestsExecuting } = level;
    const isLegal = isExempt || seatsInUse <= limit || requestsExecuting === 1;
    if (seatsInUse <= 0) this.violated(`${name} has given a seat and uses ${seatsInUse}`);
    if (!isLegal) this.violated(`${name} uses ${seatsInUse} of ${limit} seats`);
  }
}
