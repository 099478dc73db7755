import { describe, expect, test } from 'vitest';
import { StoreHistory } from '../../src/checkers/store-history.js';
import type { ApiResponse } from '../../src/client/api-request.js';
import type { WatchEvent } from '../../src/client/watch.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { deployment, pod, Story } from '../metrics/story.js';
import { TestControlPlane } from '../support/control-plane.js';

/** The history of a pod that is created, changed and removed. */
function history(): WatchEvent[] {
  const story = new Story(() => []).put(pod('a')).bind('a').remove('Pod', 'a');
  return story.events;
}

/** What the checker says of a history. */
function violationsOf(events: readonly WatchEvent[]): readonly string[] {
  const simulation = new Simulation('history');
  simulation.now = 1_500_000;
  const checker = new StoreHistory(simulation);
  for (const event of events) checker.committed(event);
  return checker.violations;
}

/** The event with another object; its revision stays. */
function withMetadata(event: WatchEvent, metadata: object): WatchEvent {
  const object = { ...event.object, metadata: { ...event.object.metadata, ...metadata } };
  return { ...event, object } as WatchEvent;
}

describe('a sound history', () => {
  test('has no violation', () => {
    expect(violationsOf(history())).toEqual([]);
  });

  test('may pass over revisions, which are those of keys that are no objects', () => {
    const later = history().map((event) => {
      const revision = 3 * event.revision;
      return withMetadata({ ...event, revision }, { resourceVersion: revision });
    });
    const [first, ...rest] = later as [WatchEvent, ...WatchEvent[]];
    const linked = [first];
    for (const event of rest)
      linked.push({ ...event, previous: linked.at(-1)?.object } as WatchEvent);
    expect(violationsOf(linked)).toEqual([]);
  });

  test('may delete several objects in one revision', () => {
    const events = new Story(() => []).put(pod('a')).put(pod('b')).remove('Pod', 'a').events;
    const [, b, gone] = events as [WatchEvent, WatchEvent, WatchEvent];
    const { revision } = gone;
    const too = withMetadata(
      { ...b, type: 'DELETED', previous: b.object, revision },
      {
        resourceVersion: revision,
      },
    );
    expect(violationsOf([...events, too])).toEqual([]);
  });

  test('may begin anywhere, with objects that were there before', () => {
    expect(violationsOf(history().slice(1))).toEqual([]);
  });

  test('is what a control plane writes', () => {
    const simulation = new Simulation('unused');
    const checker = new StoreHistory(simulation);
    const plane = new TestControlPlane({ observer: checker });
    const client = plane.client();
    const address = { resource: 'pods', namespace: 'default', name: 'a' };
    const body = pod('a');
    const send = (verb: 'create' | 'update' | 'delete'): ApiResponse =>
      plane.request(client, { verb, ...address, ...(verb !== 'delete' && { body }) });
    const codes = [send('create'), send('update'), send('delete'), send('create')];
    expect(codes.map(({ code }) => code)).toEqual([201, 200, 200, 201]);
    expect(checker.violations).toEqual([]);
  });
});

describe('a violation is found, with the time and the object, when', () => {
  const [added, bound, scheduled, deleted] = history() as [
    WatchEvent,
    WatchEvent,
    WatchEvent,
    WatchEvent,
  ];

  test('a change is left out', () => {
    expect(violationsOf([added, bound, deleted])).toEqual([
      '1.5 s: DELETED of Pod/default/a does not start from its last state',
    ]);
  });

  test('a revision goes back', () => {
    expect(violationsOf([added, scheduled, bound])).toContain(
      '1.5 s: revision 3 of Pod/default/a follows 4',
    );
  });

  test('two changes share a revision that are not both deletions', () => {
    const twin = withMetadata({ ...added, revision: deleted.revision }, { name: 'b', uid: 'b' });
    expect(violationsOf([added, bound, scheduled, deleted, twin])).toContain(
      '1.5 s: revision 5 of Pod/default/b follows 5',
    );
  });

  test('a revision is told twice', () => {
    expect(violationsOf([added, added])).toContain('1.5 s: revision 2 of Pod/default/a follows 2');
  });

  test('a change does not start from the last state', () => {
    const stray = { ...scheduled, previous: added.object };
    expect(violationsOf([added, bound, stray])).toEqual([
      '1.5 s: MODIFIED of Pod/default/a does not start from its last state',
    ]);
  });

  test('an object is created that is there', () => {
    const twin = { ...bound, type: 'ADDED', previous: undefined } as const;
    expect(violationsOf([added, twin])).toEqual([
      '1.5 s: ADDED of Pod/default/a does not start from its last state',
    ]);
  });

  test('an object is changed that is not there', () => {
    const ghost = { ...added, type: 'MODIFIED' } as const;
    expect(violationsOf([ghost])).toEqual(['1.5 s: Pod/default/a is MODIFIED wrongly']);
  });

  test('an object is created from another', () => {
    const heir = { ...bound, type: 'ADDED' } as const;
    expect(violationsOf([added, heir])).toEqual(['1.5 s: Pod/default/a is ADDED wrongly']);
  });

  test('an object carries another revision than its write', () => {
    expect(violationsOf([withMetadata(added, { resourceVersion: 9 })])).toEqual([
      '1.5 s: Pod/default/a carries revision 9',
    ]);
  });

  test('a UID comes back after its object has gone', () => {
    const story = new Story(() => []).put(pod('a')).remove('Pod', 'a').put(pod('a'));
    expect(violationsOf(story.events)).toEqual([
      '1.5 s: Pod/default/a uses the UID of a deleted object',
    ]);
  });

  test('an object has no UID', () => {
    const { uid: _, ...metadata } = deployment('web', 1).metadata;
    const story = new Story(() => []).put({ ...deployment('web', 1), metadata });
    expect(violationsOf(story.events)).toEqual(['1.5 s: Deployment/default/web has no UID']);
  });
});
