// The status of a pod from what has been seen of its containers, as a table.

import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/api/container.js';
import type { PodSpec, RestartPolicy } from '../../../src/api/pod.js';
import type { NodeAgent } from '../../../src/node/kubelet/node-agent.js';
import { isRestarted, nextToStart } from '../../../src/node/kubelet/pod-actions.js';
import { ContainerRecord, PodRecord } from '../../../src/node/kubelet/pod-record.js';
import {
  isFinished,
  isSameStatus,
  phaseOf,
  statusOf,
  withStatus,
} from '../../../src/node/kubelet/pod-status.js';
import { boundPod } from './kubelet-bench.js';

const times = {
  createUs: 0,
  startUs: 0,
  stopUs: 0,
  ableUs: 0,
  runUs: 0,
  termUs: 0,
  exitCode: 0,
  exitReason: undefined,
};
const podTimes = { directoriesUs: 0, mountUs: 0, sandboxUs: 0, stopSandboxUs: 0, probePhase: 0 };
const agent = { address: '192.168.0.1' } as NodeAgent;

/** `w` waiting, `r` running, `0` and `1` ended with that code, `b` waiting to be started again. */
function see(container: ContainerRecord, what: string): void {
  const end = (exitCode: number) => ({ exitCode, startedUs: 1, finishedUs: 2 });
  container.state = what === 'r' ? 'running' : /[01]/.test(what) ? 'terminated' : 'waiting';
  container.seen = container.state;
  container.isReady = what === 'r';
  container.isStarted = what === 'r';
  if (/[01]/.test(what)) container.termination = end(Number(what));
  if (what === 'b') container.lastTermination = end(1);
}

/** A record whose init containers and containers are seen as the letters say. */
function recordOf(
  inits: string,
  apps: string,
  restartPolicy: RestartPolicy = 'Always',
  more: Partial<PodSpec> & { sidecars?: boolean } = {},
): PodRecord {
  const { sidecars = false, ...spec } = more;
  const always = sidecars ? { restartPolicy: 'Always' as const } : {};
  const initContainers: Container[] = [...inits].map((_, i) => ({ name: `i${i}`, ...always }));
  const containers: Container[] = [...apps].map((_, i) => ({ name: `a${i}`, image: 'app:1' }));
  const pod = boundPod('web', { initContainers, containers, restartPolicy, ...spec });
  const records = [...initContainers, ...containers].map(
    (each, index) => new ContainerRecord(each, index, index < inits.length, times),
  );
  for (const [index, what] of [...inits, ...apps].entries()) {
    see(records[index] as ContainerRecord, what);
  }
  const record = new PodRecord(agent, pod, records, podTimes, 0);
  record.state = 'idle';
  return record;
}

describe('the phase (reference nodes-controllers §1.15)', () => {
  test.each([
    ['', 'w', 'Always', 'Pending'],
    ['', 'r', 'Always', 'Running'],
    ['', 'rw', 'Always', 'Pending'],
    ['', 'rr', 'Always', 'Running'],
    ['', 'r0', 'Never', 'Running'],
    ['', 'rb', 'Always', 'Running'],
    ['', 'b', 'Always', 'Running'],
    ['', '0', 'Always', 'Running'],
    ['', '1', 'Always', 'Running'],
    ['', '0', 'OnFailure', 'Succeeded'],
    ['', '01', 'OnFailure', 'Running'],
    ['', '00', 'Never', 'Succeeded'],
    ['', '01', 'Never', 'Failed'],
    ['w', 'w', 'Always', 'Pending'],
    ['r', 'w', 'Always', 'Pending'],
    ['0', 'w', 'Always', 'Pending'],
    ['0', 'r', 'Always', 'Running'],
    ['1', 'w', 'Always', 'Pending'],
    ['1', 'w', 'Never', 'Failed'],
    ['0r', 'w', 'Never', 'Pending'],
  ] as const)('of init "%s" and containers "%s" under %s is %s', (inits, apps, policy, phase) => {
    expect(phaseOf(recordOf(inits, apps, policy))).toBe(phase);
  });

  test('does not wait for a sidecar', () => {
    expect(phaseOf(recordOf('r', 'r', 'Always', { sidecars: true }))).toBe('Running');
    expect(phaseOf(recordOf('r', '0', 'Never', { sidecars: true }))).toBe('Succeeded');
  });

  test('is final for a pod that is being stopped', () => {
    const record = recordOf('', '00');
    record.state = 'terminating';
    expect(phaseOf(record)).toBe('Succeeded');
    const killed = recordOf('', '01');
    killed.state = 'terminated';
    expect(phaseOf(killed)).toBe('Failed');
  });

  test('ends a pod by itself only where nothing starts again', () => {
    const finished = (apps: string, policy: RestartPolicy): boolean =>
      isFinished(recordOf('', apps, policy));
    expect(finished('0', 'Always')).toBe(false);
    expect(finished('0', 'OnFailure')).toBe(true);
    expect(finished('1', 'OnFailure')).toBe(false);
    expect(finished('1', 'Never')).toBe(true);
    expect(finished('r', 'Never')).toBe(false);
  });
});

describe('conditions', () => {
  const conditions = (record: PodRecord, now = 5): Record<string, string> =>
    Object.fromEntries(
      (statusOf(record, now).conditions ?? []).map(({ type, status }) => [type, status]),
    );

  test('say whether the init containers are done', () => {
    expect(conditions(recordOf('0w', 'w'))['Initialized']).toBe('False');
    expect(conditions(recordOf('00', 'w'))['Initialized']).toBe('True');
    expect(conditions(recordOf('', 'w'))['Initialized']).toBe('True');
  });

  test('are ready when all containers are, sidecars too', () => {
    expect(conditions(recordOf('', 'rr'))['Ready']).toBe('True');
    expect(conditions(recordOf('', 'rw'))['Ready']).toBe('False');
    expect(conditions(recordOf('w', 'r', 'Always', { sidecars: true }))['Ready']).toBe('False');
    expect(conditions(recordOf('r', 'r', 'Always', { sidecars: true }))['Ready']).toBe('True');
  });

  test('wait for readiness gates, but only Ready does', () => {
    const record = recordOf('', 'r', 'Always', {
      readinessGates: [{ conditionType: 'example.com/gate' }],
    });
    expect(conditions(record)).toMatchObject({ Ready: 'False', ContainersReady: 'True' });
    const gate = { type: 'example.com/gate', status: 'True' as const };
    record.pod = { ...record.pod, status: { conditions: [gate] } };
    expect(conditions(record)).toMatchObject({ Ready: 'True', ContainersReady: 'True' });
  });

  test('name the containers that are not ready', () => {
    const { conditions: list = [] } = statusOf(recordOf('', 'rww'), 5);
    expect(list.find(({ type }) => type === 'Ready')).toEqual({
      type: 'Ready',
      status: 'False',
      lastTransitionTime: 5,
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [a1 a2]',
    });
  });

  test('keep the time of their last transition, and their object', () => {
    const record = recordOf('', 'w');
    record.status = statusOf(record, 5);
    see(record.containers[0] as ContainerRecord, 'r');
    const later = statusOf(record, 9);
    const timeOf = (type: string): number | undefined =>
      later.conditions?.find((condition) => condition.type === type)?.lastTransitionTime;
    expect([timeOf('Initialized'), timeOf('Ready')]).toEqual([5, 9]);
    expect(later.conditions?.[1]).toBe(record.status.conditions?.[1]);
  });
});

describe('two statuses', () => {
  test('are the same when nothing was seen between them', () => {
    const record = recordOf('', 'r');
    record.status = statusOf(record, 5);
    expect(isSameStatus(record.status, statusOf(record, 9))).toBe(true);
    expect(isSameStatus(undefined, record.status)).toBe(false);
  });

  test.each([
    ['a container has ended', (container: ContainerRecord) => see(container, '1')],
    [
      'a container is not ready',
      (container: ContainerRecord) => Object.assign(container, { isReady: false }),
    ],
    [
      'a container was restarted',
      (container: ContainerRecord) => Object.assign(container, { restartCount: 1 }),
    ],
  ])('differ when %s', (_, change) => {
    const record = recordOf('', 'rr');
    record.status = statusOf(record, 5);
    change(record.containers[1] as ContainerRecord);
    expect(isSameStatus(record.status, statusOf(record, 9))).toBe(false);
  });

  test('differ when a waiting container has another reason', () => {
    const record = recordOf('', 'w');
    record.status = statusOf(record, 5);
    (record.containers[0] as ContainerRecord).waitingReason = 'ErrImagePull';
    expect(isSameStatus(record.status, statusOf(record, 9))).toBe(false);
  });
});

describe('a stored pod', () => {
  const record = recordOf('', 'r');
  const status = statusOf(record, 5);
  const others = {
    phase: 'Pending' as const,
    nominatedNodeName: 'node-9',
    conditions: [
      { type: 'PodScheduled', status: 'True' as const },
      { type: 'Ready', status: 'False' as const },
    ],
  };

  test('takes over the kubelet`s part and keeps that of others', () => {
    const pod = withStatus({ ...record.pod, status: others }, status);
    expect(pod.status).toMatchObject({ phase: 'Running', nominatedNodeName: 'node-9' });
    expect(pod.status?.conditions?.map(({ type }) => type)).toEqual([
      'PodReadyToStartContainers',
      'Initialized',
      'Ready',
      'ContainersReady',
      'PodScheduled',
    ]);
  });

  test('stays the same object when it says so already', () => {
    const once = withStatus({ ...record.pod, status: others }, status);
    expect(withStatus(once, status)).toBe(once);
  });

  test('is not changed itself', () => {
    const before = Object.freeze({ ...record.pod, status: Object.freeze({ ...others }) });
    expect(withStatus(before, status)).not.toBe(before);
    expect(before.status).toEqual(others);
  });
});

describe('what a sync starts next', () => {
  /** Names in the order in which a sync tries them, when each cannot be started. */
  const tried = (record: PodRecord): string[] => {
    const names: string[] = [];
    for (let next = nextToStart(record); next !== undefined; next = nextToStart(record)) {
      names.push(next.spec.name);
      next.triedInSync = record.syncNumber;
    }
    return names;
  };

  test.each([
    ['', 'www', 'Always', ['a0', 'a1', 'a2']],
    ['', 'rwr', 'Always', ['a1']],
    ['ww', 'w', 'Always', ['i0']],
    ['0w', 'w', 'Always', ['i1']],
    ['r', 'w', 'Always', []],
    ['00', 'ww', 'Always', ['a0', 'a1']],
    ['', '01r', 'Always', ['a0', 'a1']],
    ['', '01r', 'OnFailure', ['a1']],
    ['', '01r', 'Never', []],
    ['1', 'w', 'OnFailure', ['i0']],
    ['1', 'w', 'Never', []],
  ] as const)('of init "%s" and containers "%s" under %s is %j', (inits, apps, policy, names) => {
    expect(tried(recordOf(inits, apps, policy))).toEqual(names);
  });

  test('holds everything back behind a sidecar that is not started', () => {
    expect(tried(recordOf('ww', 'w', 'Always', { sidecars: true }))).toEqual(['i0']);
    expect(tried(recordOf('rw', 'w', 'Always', { sidecars: true }))).toEqual(['i1']);
    expect(tried(recordOf('rr', 'w', 'Always', { sidecars: true }))).toEqual(['a0']);
  });

  test('is a sidecar that has ended, whatever the restart policy', () => {
    const record = recordOf('0', 'r', 'Never', { sidecars: true });
    expect(isRestarted(record, record.containers[0] as ContainerRecord)).toBe(true);
    expect(tried(record)).toEqual(['i0']);
  });

  test('is nothing that is on its way to stop', () => {
    const record = recordOf('', '1');
    (record.containers[0] as ContainerRecord).isStopping = true;
    expect(tried(record)).toEqual([]);
  });
});
