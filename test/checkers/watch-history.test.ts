// The checker of watches: what it takes for lost, doubled, out of order, and that it says nothing
// about what a sound server does.
import { describe, expect, test } from 'vitest';
import { WatchHistory } from '../../src/checkers/watch-history.js';
import { bookmarkOf, type WatchEvent } from '../../src/client/watch.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { pod, Story } from '../metrics/story.js';

const address = { kind: 1, target: 2 };
const pods = { address, resource: 'pods', namespace: '', fieldSelector: undefined } as const;

/** Four changes of two pods, at ascending revisions. */
function changes(): readonly WatchEvent[] {
  return new Story(() => []).put(pod('a')).put(pod('b')).bind('a').remove('Pod', 'a').events;
}

function check(act: (checker: WatchHistory, events: readonly WatchEvent[]) => void): string[] {
  const checker = new WatchHistory(new Simulation('watches'));
  const events = changes();
  for (const event of events) checker.committed(event);
  act(checker, events);
  return checker.violations;
}

const read = (checker: WatchHistory, events: readonly WatchEvent[]): void => {
  for (const event of events) checker.watchEventRead(address, event);
};

const justBefore = ({ revision }: WatchEvent = changes()[0] as WatchEvent): number => revision - 1;

describe('a watcher that reads every change once, in order', () => {
  test('is sound', () => {
    const violations = check((checker, events) => {
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[0]), additions: -1 });
      read(checker, events);
      read(checker, [bookmarkOf({ apiVersion: 'v1', kind: 'Pod' }, 99, false)]);
    });
    expect(violations).toEqual([]);
  });

  test('is sound over two watches, the second from where the first ended', () => {
    const violations = check((checker, events) => {
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[0]), additions: -1 });
      read(checker, events.slice(0, 2));
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[2]), additions: -1 });
      read(checker, events.slice(2));
    });
    expect(violations).toEqual([]);
  });

  test('is sound when it begins with what there is', () => {
    const violations = check((checker, [a, b, bound, gone]) => {
      checker.watchOpened({ ...pods, afterRevision: justBefore(bound), additions: 2 });
      read(checker, [b as WatchEvent, a as WatchEvent, bound as WatchEvent, gone as WatchEvent]);
    });
    expect(violations).toEqual([]);
  });
});

describe('a watcher', () => {
  test('that misses a change is reported once', () => {
    const violations = check((checker, events) => {
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[0]), additions: -1 });
      read(checker, [events[0], events[2], events[3]] as WatchEvent[]);
    });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(/^0 s: a watch of pods yields \d+, not \d+$/);
  });

  test('that gets a change twice is reported', () => {
    const violations = check((checker, events) => {
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[0]), additions: -1 });
      read(checker, [events[0], events[0]] as WatchEvent[]);
    });
    expect(violations.length).toBeGreaterThan(0);
  });

  test('whose bookmark promises what was never sent is reported', () => {
    const violations = check((checker, events) => {
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[0]), additions: -1 });
      read(checker, [bookmarkOf({ apiVersion: 'v1', kind: 'Pod' }, 99, false)]);
    });
    expect(violations[0]).toMatch(/has lost \d+ before a bookmark of 99/);
  });

  test('that watches on from before what it has read is reported', () => {
    const violations = check((checker, events) => {
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[0]), additions: -1 });
      read(checker, events);
      checker.watchOpened({ ...pods, afterRevision: justBefore(events[0]), additions: -1 });
    });
    expect(violations[0]).toMatch(/goes back from \d+ to \d+/);
  });

  test('of one node is held to the changes of its pods alone', () => {
    const fieldSelector = { field: 'spec.nodeName', value: 'node-0' } as const;
    const checker = new WatchHistory(new Simulation('watches'));
    checker.watchOpened({ ...pods, fieldSelector, afterRevision: 0, additions: -1 });
    const story = new Story(() => []).put(pod('a')).put(pod('b')).bind('a');
    for (const event of story.events) checker.committed(event);
    read(checker, story.events.slice(2));
    expect(checker.violations).toEqual([]);
    read(checker, story.events.slice(0, 1));
    expect(checker.violations.length).toBeGreaterThan(0);
  });
});

describe('changes that lie far back', () => {
  const COUNT = 150_000;

  /** A history of so many changes, and a watcher of all of them that has read nothing. */
  function long(revisionOf = (place: number): number => place): {
    checker: WatchHistory;
    change: (revision: number) => WatchEvent;
  } {
    const [first] = changes() as [WatchEvent];
    const change = (revision: number): WatchEvent => ({ ...first, type: 'MODIFIED', revision });
    const checker = new WatchHistory(new Simulation('watches'));
    checker.watchOpened({ ...pods, afterRevision: 0, additions: -1 });
    for (let place = 1; place <= COUNT; place++) checker.committed(change(revisionOf(place)));
    return { checker, change };
  }

  test('are not asked for any more', () => {
    const { checker, change } = long();
    read(checker, [change(1), change(70), change(65_536), change(65_537), change(65_538)]);
    expect(checker.violations).toEqual([]);
  });

  test('are forgotten with all others of their revision', () => {
    // The changes 65535 to 65538 are of one revision.
    const { checker, change } = long((place) =>
      place > 65_535 && place < 65_539 ? 65_535 : place,
    );
    read(checker, [change(65_535), change(65_535), change(65_535), change(65_539), change(65_540)]);
    expect(checker.violations).toEqual([]);
    read(checker, [change(65_542)]);
    expect(checker.violations).toEqual([expect.stringContaining('yields 65542, not 65541')]);
  });

  test('leave those after them to be read one by one', () => {
    const { checker, change } = long();
    read(checker, [change(65_537), change(65_539)]);
    expect(checker.violations).toEqual([expect.stringContaining('yields 65539, not 65538')]);
    checker.watchOpened({ ...pods, afterRevision: COUNT - 2, additions: -1 });
    read(checker, [change(COUNT)]);
    expect(checker.violations[1]).toContain(`yields ${COUNT}, not ${COUNT - 1}`);
    read(checker, [bookmarkOf({ apiVersion: 'v1', kind: 'Pod' }, COUNT, false)]);
    expect(checker.violations).toHaveLength(2);
  });
});
