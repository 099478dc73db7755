// READY, STATUS and RESTARTS of a pod, state by state, as kubectl sums them up.
import { describe, expect, test } from 'vitest';
import type { Container, ContainerState, ContainerStatus, Pod } from '../../../src/api/pod.js';
import { podColumns, podSummary } from '../../../src/report/kubectl/pod-columns.js';

const container = (name: string, extra: Partial<Container> = {}): Container => ({ name, ...extra });
const status = (
  name: string,
  state: ContainerState,
  extra: Partial<ContainerStatus> = {},
): ContainerStatus => ({
  name,
  state,
  ready: false,
  restartCount: 0,
  image: 'app',
  imageID: '',
  ...extra,
});
const running = (name: string): ContainerStatus =>
  status(name, { running: { startedAt: 1 } }, { ready: true, started: true });
const waiting = (name: string, reason: string): ContainerStatus =>
  status(name, { waiting: { reason } });
const ended = (name: string, exitCode: number, reason?: string): ContainerStatus =>
  status(name, { terminated: { exitCode, ...(reason !== undefined && { reason }) } });

function pod(
  phase: NonNullable<Pod['status']>['phase'],
  statuses: readonly ContainerStatus[],
  extra: { spec?: Partial<Pod['spec']>; status?: Partial<Pod['status']>; deleted?: boolean } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...(extra.deleted === true && { deletionTimestamp: 5 }) },
    spec: { containers: [container('a'), container('b')], ...extra.spec },
    status: { ...(phase && { phase }), containerStatuses: statuses, ...extra.status },
  };
}

const shown = (each: Pod): string => {
  const { ready, total, status: word } = podSummary(each);
  return `${ready}/${total} ${word}`;
};
const gate = { type: 'PodScheduled', status: 'False' as const, reason: 'SchedulingGated' };
const ready = { type: 'Ready', status: 'True' as const };

describe('a pod is summed up', () => {
  test.each<[string, Pod]>([
    ['0/2 Pending', pod('Pending', [])],
    ['0/2 SchedulingGated', pod('Pending', [], { status: { conditions: [gate] } })],
    ['0/2 ContainerCreating', pod('Pending', [waiting('a', 'ContainerCreating')])],
    ['2/2 Running', pod('Running', [running('a'), running('b')])],
    ['1/2 CrashLoopBackOff', pod('Running', [waiting('a', 'CrashLoopBackOff'), running('b')])],
    ['1/2 ErrImagePull', pod('Pending', [running('a'), waiting('b', 'ErrImagePull')])],
    ['0/2 Completed', pod('Succeeded', [ended('a', 0, 'Completed'), ended('b', 0, 'Completed')])],
    ['0/2 Error', pod('Failed', [ended('a', 1, 'Error'), ended('b', 0, 'Completed')])],
    ['0/2 ExitCode:137', pod('Failed', [ended('a', 137)])],
    ['1/2 NotReady', pod('Running', [ended('a', 0, 'Completed'), running('b')])],
    [
      '1/2 Running',
      pod('Running', [ended('a', 0, 'Completed'), running('b')], {
        status: { conditions: [ready] },
      }),
    ],
    ['0/2 Evicted', pod('Failed', [], { status: { reason: 'Evicted' } })],
    ['2/2 Terminating', pod('Running', [running('a'), running('b')], { deleted: true })],
    ['0/2 Completed', pod('Succeeded', [ended('a', 0, 'Completed')], { deleted: true })],
  ])('%s', (expected, each) => expect(shown(each)).toBe(expected));
});

describe('a pod with init containers', () => {
  const spec = { initContainers: [container('i'), container('j')] };
  const init = (...initContainerStatuses: readonly ContainerStatus[]): Pod =>
    pod('Pending', [waiting('a', 'PodInitializing')], { spec, status: { initContainerStatuses } });

  test.each<[string, readonly ContainerStatus[]]>([
    ['0/2 Init:0/2', [status('i', { running: { startedAt: 1 } })]],
    ['0/2 Init:1/2', [ended('i', 0), waiting('j', 'PodInitializing')]],
    ['0/2 Init:Error', [ended('i', 1, 'Error')]],
    ['0/2 Init:ExitCode:3', [ended('i', 3)]],
    ['0/2 Init:CrashLoopBackOff', [waiting('i', 'CrashLoopBackOff')]],
    ['0/2 PodInitializing', [ended('i', 0), ended('j', 0)]],
  ])('is %s', (expected, statuses) => expect(shown(init(...statuses))).toBe(expected));

  test('counts a sidecar among its containers', () => {
    const sidecar = { initContainers: [container('i', { restartPolicy: 'Always' })] };
    const statuses = { initContainerStatuses: [running('i')] };
    const each = pod('Running', [running('a'), running('b')], { spec: sidecar, status: statuses });
    expect(shown(each)).toBe('3/3 Running');
    const lonely = pod('Pending', [waiting('a', 'ContainerCreating')], {
      spec: sidecar,
      status: statuses,
    });
    expect(shown(lonely)).toBe('1/3 ContainerCreating');
  });
});

describe('the columns', () => {
  const cell = (name: string, each: Pod, now = 0): string =>
    podColumns.find((column) => column.name === name)?.cell(each, now) ?? '';
  const restarted = (restartCount: number, finishedAt: number): ContainerStatus => ({
    ...running('a'),
    restartCount,
    lastState: { terminated: { exitCode: 1, finishedAt } },
  });

  test('RESTARTS says when the last one was', () => {
    const each = pod('Running', [restarted(2, 30_000_000), restarted(1, 90_000_000)]);
    expect(cell('RESTARTS', each, 100_000_000)).toBe('3 (10s ago)');
    expect(cell('RESTARTS', pod('Running', [running('a')]))).toBe('0');
  });

  test('what is not there is <none>', () => {
    const each = pod('Pending', []);
    for (const name of ['IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES'])
      expect(cell(name, each)).toBe('<none>');
  });

  test('READINESS GATES counts those that are passed', () => {
    const spec = { readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] };
    const conditions = [{ type: 'x', status: 'True' as const }];
    const each = pod('Running', [], { spec, status: { conditions } });
    expect(cell('READINESS GATES', each)).toBe('1/2');
  });
});
