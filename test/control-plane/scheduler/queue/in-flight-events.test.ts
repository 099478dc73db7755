// Events are kept for as long as a pod that was popped before them is under way, and no longer.
import { describe, expect, test } from 'vitest';
import {
  assignedPodAdd,
  nodeAdd,
} from '../../../../src/control-plane/scheduler/framework/cluster-event.js';
import { InFlightEvents } from '../../../../src/control-plane/scheduler/queue/in-flight-events.js';

const event = (which: typeof nodeAdd) => ({ event: which, previous: undefined, object: undefined });

describe('InFlightEvents', () => {
  const labelsSince = (events: InFlightEvents, uid: string) =>
    events.since(uid).map((each) => each.event.label);

  test('keeps nothing while nobody is under way', () => {
    const events = new InFlightEvents();
    events.record(event(nodeAdd));
    events.begin('a');
    expect([labelsSince(events, 'a'), events.isEmpty]).toEqual([[], false]);
  });

  test('gives each pod what came after it was popped', () => {
    const events = new InFlightEvents();
    events.begin('a');
    events.record(event(nodeAdd));
    events.begin('b');
    events.record(event(assignedPodAdd));
    expect(labelsSince(events, 'a')).toEqual(['NodeAdd', 'AssignedPodAdd']);
    expect(labelsSince(events, 'b')).toEqual(['AssignedPodAdd']);
    expect(labelsSince(events, 'unknown')).toEqual([]);
  });

  test.each([
    ['the first to start ends first', ['a', 'b']],
    ['the last to start ends first', ['b', 'a']],
  ])('is empty again when all have ended: %s', (_name, order) => {
    const events = new InFlightEvents();
    events.begin('a');
    events.record(event(nodeAdd));
    events.begin('b');
    events.record(event(assignedPodAdd));
    const [first = '', second = ''] = order;
    const expected = labelsSince(events, second);
    events.end(first);
    expect([events.has(first), labelsSince(events, second)]).toEqual([false, expected]);
    events.end(second);
    expect(events.isEmpty).toBe(true);
    events.begin('c');
    expect(labelsSince(events, 'c')).toEqual([]);
  });

  test('ending a pod twice, or one that was never under way, changes nothing', () => {
    const events = new InFlightEvents();
    events.begin('a');
    events.record(event(nodeAdd));
    events.end('unknown');
    expect(labelsSince(events, 'a')).toEqual(['NodeAdd']);
    events.end('a');
    events.end('a');
    expect(events.isEmpty).toBe(true);
  });
});
