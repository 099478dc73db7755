import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../src/api/endpoint-slice.js';
import type { Pod } from '../../src/api/pod.js';
import { PodTimelines } from '../../src/metrics/pod-timelines.js';
import { deployment, endpoint, pod, replicaSet, Story, service, slice } from './story.js';

function told(): Story & { readonly timelines: PodTimelines } {
  let timelines: PodTimelines | undefined;
  const story = new Story((simulation) => {
    timelines = new PodTimelines(simulation);
    return [timelines];
  });
  return Object.assign(story, { timelines: timelines as unknown as PodTimelines });
}

describe('the row of a pod', () => {
  test('has the first time of every step', () => {
    const story = told();
    const { timelines } = story;
    const web = deployment('web', 1);
    const owner = replicaSet('web-1', 1, web);
    story.put(web, owner).at(10).put(pod('a', { owner }));
    story.at(20);
    timelines.podReached('a', 'queued');
    story.at(30);
    timelines.schedulingAttempted('a', 'unschedulable', 5);
    story.unschedulable('a', '0/1 nodes are available: 1 Insufficient cpu.');
    story.at(40);
    timelines.schedulingAttempted('a', 'scheduled', 5);
    timelines.podReached('a', 'scheduled');
    story.at(50).bind('a');
    story.at(60);
    timelines.podReached('a', 'sandboxCreated');
    story.at(70);
    timelines.podReached('a', 'imagesPulled');
    story.at(80);
    timelines.podReached('a', 'containersStarted');
    story.at(90).phase('a', 'Running').ready('a');
    story.at(100).put(slice('x', service('web'), ['a']));
    timelines.endpointsProgrammed(story.revision - 1);
    story.at(110);
    timelines.endpointsProgrammed(story.revision);
    story.at(120).terminate('a').at(130).remove('Pod', 'a');
    expect(timelines.rows).toEqual([
      {
        namespace: 'default',
        name: 'a',
        uid: 'a',
        owner: 'Deployment/web',
        node: 'node-0',
        phase: 'Running',
        createdUs: 10,
        queuedUs: 20,
        scheduledUs: 40,
        boundUs: 50,
        sandboxUs: 60,
        imagePulledUs: 70,
        startedUs: 80,
        readyUs: 90,
        endpointPublishedUs: 100,
        endpointProgrammedUs: 110,
        deletedUs: 130,
        schedulingAttempts: 2,
        message: '0/1 nodes are available: 1 Insufficient cpu.',
      },
    ]);
  });

  test('keeps the first times when steps are repeated', () => {
    const story = told().at(1).put(pod('a')).at(2).bind('a').at(3).ready('a');
    const { timelines } = story;
    timelines.podReached('a', 'containersStarted');
    story
      .put(slice('x', service('web'), ['a']))
      .at(4)
      .unready('a');
    story.put({ ...slice('x', service('web'), []), endpoints: [endpoint('a', false)] });
    timelines.endpointsProgrammed(story.revision);
    story
      .at(5)
      .ready('a')
      .put(slice('x', service('web'), ['a']));
    timelines.podReached('a', 'containersStarted');
    story.at(6);
    timelines.endpointsProgrammed(story.revision);
    expect(timelines.rows[0]).toMatchObject({
      startedUs: 3,
      readyUs: 3,
      endpointPublishedUs: 3,
      endpointProgrammedUs: 4,
    });
  });

  test('leaves open what has not happened', () => {
    const story = told().at(1).put(pod('a'));
    story.put({ ...slice('x', service('web'), []), endpoints: [endpoint('a', false)] });
    story.timelines.endpointsProgrammed(story.revision);
    expect(story.timelines.rows[0]).toMatchObject({
      owner: '',
      node: '',
      phase: 'Pending',
      queuedUs: undefined,
      boundUs: undefined,
      readyUs: undefined,
      endpointPublishedUs: undefined,
      endpointProgrammedUs: undefined,
      deletedUs: undefined,
      schedulingAttempts: 0,
      message: '',
    });
  });

  test('is bound at its creation when the client chose the node', () => {
    const story = told()
      .at(7)
      .put({ ...pod('a'), spec: { containers: [], nodeName: 'node-9' } });
    expect(story.timelines.rows[0]).toMatchObject({ boundUs: 7, node: 'node-9' });
    expect(story.timelines.scheduledCount).toBe(1);
  });

  test.each([
    ['the ReplicaSet when that has no owner', replicaSet('solo', 1), 'ReplicaSet/solo'],
    ['the Deployment of the ReplicaSet', replicaSet('s', 1, deployment('d', 1)), 'Deployment/d'],
  ])('names as owner %s', (_, owner, expected) => {
    const story = told().put(owner, pod('a', { owner }));
    expect(story.timelines.rows[0]?.owner).toBe(expected);
  });
});

describe('programming of endpoints', () => {
  test('reaches each pod with the revision in which it was published', () => {
    const story = told().put(pod('a'), pod('b'), pod('c')).at(1);
    const { timelines } = story;
    story.put(slice('x', service('web'), ['a']));
    const first = story.revision;
    story.at(2).put(slice('x', service('web'), ['a', 'b']));
    const second = story.revision;
    story.at(3).put(slice('y', service('web'), ['c']));
    story.at(10);
    timelines.endpointsProgrammed(first);
    story.at(20);
    timelines.endpointsProgrammed(second);
    expect(timelines.rows.map((row) => row.endpointProgrammedUs)).toEqual([10, 20, undefined]);
    story.at(30);
    timelines.endpointsProgrammed(story.revision);
    expect(timelines.rows.map((row) => row.endpointProgrammedUs)).toEqual([10, 20, 30]);
  });

  test('finds a new endpoint wherever it stands among those that were there', () => {
    const story = told().put(pod('a'), pod('b'), pod('c')).at(1);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => endpoint(name, true));
    const web = slice('x', service('web'), ['a', 'b']);
    story.put({ ...web, endpoints: [a, b] } as EndpointSlice);
    story.at(2).put({ ...web, endpoints: [b, c, a] } as EndpointSlice);
    const published = story.timelines.rows.map((row) => row.endpointPublishedUs);
    expect(published).toEqual([1, 1, 2]);
  });

  test('reports about pods that are not known are let go', () => {
    const story = told().put(slice('x', service('web'), ['stranger']));
    story.timelines.podReached('stranger', 'queued');
    story.timelines.schedulingAttempted('stranger', 'error', 1);
    story.timelines.endpointsProgrammed(story.revision);
    expect(story.timelines.rows).toEqual([]);
  });
});

test('counts of pods equal a recount after every step of any history', () => {
  const isReady = ({ status }: Pod): boolean =>
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
  const steps = fc.tuple(
    fc.constantFrom('put', 'bind', 'ready', 'unready', 'remove'),
    fc.nat({ max: 3 }),
  );
  fc.assert(
    fc.property(fc.array(steps), (history) => {
      const story = told();
      const names: string[] = [];
      history.forEach(([step, index], generation) => {
        const name = names[index];
        if (step === 'put') {
          names.push(`pod-${generation}`);
          story.put(pod(`pod-${generation}`));
        } else if (name === undefined) return;
        else if (step === 'bind') story.bind(name);
        else if (step === 'ready') story.ready(name);
        else if (step === 'unready') story.unready(name);
        else story.remove('Pod', ...names.splice(index, 1));
        const pods = names.map((each) => story.get('Pod', each));
        const { podCount, readyCount, scheduledCount } = story.timelines;
        expect([podCount, readyCount, scheduledCount]).toEqual([
          pods.length,
          pods.filter(isReady).length,
          pods.filter(({ spec }) => spec.nodeName !== undefined).length,
        ]);
      });
    }),
  );
});
