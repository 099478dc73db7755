// A trace of SimKube, in both of its forms, and what is wrong with those that are not.
import { describe, expect, test } from 'vitest';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { simkubeImporter } from '../../../src/workload/import/simkube/simkube-importer.js';
import { importFile, loaded, read } from './import-support.js';

const web = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', managedFields: [], annotations: null },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' }, creationTimestamp: null },
      spec: { containers: [{ name: 'web', image: 'nginx' }] },
    },
  },
  status: { replicas },
});

const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'once', namespace: 'shop' },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        volumes: [{ name: 'kube-api-access-x1', projected: { sources: [] } }],
        containers: [
          {
            name: 'once',
            image: 'busybox',
            volumeMounts: [{ name: 'kube-api-access-x1', mountPath: '/var/run/secrets' }],
          },
        ],
      },
    },
  },
};

const trace = {
  version: 2,
  config: { trackedObjects: {} },
  events: [
    { ts: 1000, applied_objs: [], deleted_objs: [] },
    { ts: 1005, applied_objs: [web(1), job], deleted_objs: [] },
    { ts: 1065, applied_objs: [web(2), web(3)], deleted_objs: [job] },
    { ts: 1070, applied_objs: [{ kind: 'Widget', metadata: { name: 'w' } }], deleted_objs: [job] },
  ],
  pod_lifecycles: {},
};

/** The trace as the tracer writes it: a tuple of the owner is the key of its pods' lives. */
function withLifecycles(): Uint8Array {
  const file = importFile('t.sktrace', trace).bytes;
  const owner = importFile('', ['batch/v1.Job', 'shop/once']).bytes;
  const lives = importFile('', { '7': [{ Finished: [1, 31] }, { Finished: [2, 42] }] }).bytes;
  // `pod_lifecycles` is the last field, and its value the last byte: an empty map.
  return Uint8Array.from([...file.subarray(0, -1), 0x81, ...owner, ...lives]);
}

describe('a trace', () => {
  test('is recognised by its content, as MessagePack and as JSON', () => {
    expect(importerOf([importFile('any', trace)])).toBe(simkubeImporter);
    expect(importerOf([importFile('any', JSON.stringify(trace))])).toBe(simkubeImporter);
    expect(importerOf([importFile('any', '{"kind": "List", "items": []}')])).toBeUndefined();
  });

  test('becomes applies and deletes at the times since its first event', () => {
    const { scenario } = loaded(simkubeImporter, [importFile('My Trace.sktrace', trace)]);
    expect(scenario.name).toBe('my-trace');
    const rows = scenario.operations.map((each) => [each.op, each.atUs / 1e6]);
    expect(rows).toEqual([
      ['apply', 5],
      ['apply', 65],
      ['delete', 65],
    ]);
    expect(scenario.horizonUs).toBeGreaterThan(70e6);
  });

  test('means the same in both forms', () => {
    const [binary, json] = [trace, JSON.stringify(trace)].map((content) =>
      read(simkubeImporter, [importFile('t', content)]),
    );
    expect(json).toEqual(binary);
  });

  test('applies what a user would write: nothing of the server, no token volumes', () => {
    const { imported } = read(simkubeImporter, [importFile('t', trace)]);
    const text = JSON.stringify(imported?.scenario);
    for (const field of ['uid', 'managedFields', 'status', 'kube-api-access', 'null']) {
      expect(text).not.toContain(`"${field}`);
    }
    expect(text).toContain('"replicas":3');
  });

  test('says once for each kind of thing what it left out', () => {
    const { notes } = loaded(simkubeImporter, [importFile('t', trace)]);
    expect(notes).toEqual([
      '1 objects that one event applies twice count once.',
      'Widget is not simulated: 1 changes were left out.',
      '1 deletions of what the trace has not applied were left out.',
    ]);
  });

  test('lets pods run for as long as those of the trace did', () => {
    const { scenario, notes } = loaded(simkubeImporter, [{ path: 't', bytes: withLifecycles() }]);
    const [first] = scenario.operations;
    const objects = first?.op === 'apply' ? first.objects : [];
    expect(JSON.stringify(objects)).toContain('"kubeclock.dev/run-time":"30s..40s"');
    expect(notes).toContain('2 pods run for as long as they were traced to.');
  });
});

describe('what is not a trace', () => {
  test.each([
    ['a version that is not read', { ...trace, version: 1 }, 'version', 'is not 2'],
    ['events that are no list', { ...trace, events: 7 }, 'events', 'expected array'],
    [
      'times that go back',
      { ...trace, events: [trace.events[1], trace.events[0]] },
      'events[1].ts',
      '1000 is before 1005',
    ],
  ])('%s is named with its path', (_, content, path, message) => {
    const { imported, problems } = read(simkubeImporter, [importFile('t.sktrace', content)]);
    expect(imported).toBeUndefined();
    expect(problems.map((each) => [each.file, each.path])).toEqual([['t.sktrace', path]]);
    expect(problems[0]?.message).toContain(message);
  });

  test('bytes that are cut short are named', () => {
    const { bytes } = importFile('t', trace);
    const cut = { path: 'cut.sktrace', bytes: bytes.subarray(0, bytes.length - 9) };
    const { problems } = read(simkubeImporter, [cut]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('this is no SimKube trace'),
    ]);
  });

  test('two traces at once are refused', () => {
    const file = importFile('t', trace);
    expect(read(simkubeImporter, [file, file]).problems[0]?.message).toContain('there are 2');
  });
});
