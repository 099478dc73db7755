// The sections that judge and explain: objectives, scheduler decisions, traffic, critical paths.
import { describe, expect, test } from 'vitest';
import { convergenceSection } from '../../../src/report/html/convergence.js';
import type { Html } from '../../../src/report/html/markup.js';
import { nothing } from '../../../src/report/html/markup.js';
import { objectiveSection } from '../../../src/report/html/objectives.js';
import { schedulingSection } from '../../../src/report/html/scheduling.js';
import { stationSection } from '../../../src/report/html/stations.js';
import { trafficSection } from '../../../src/report/html/traffic.js';
import {
  apiCallSli,
  convergenceRow,
  emptyResult,
  eventRow,
  pendingPodRow,
  podRow,
  runResult,
  trafficRow,
} from '../fixtures.js';
import { cells } from './cells.js';

describe('objectives', () => {
  test('stand with pod startup first, then the calls nearest to their limit', () => {
    const rows = cells(objectiveSection(runResult()), 'Objectives').slice(1);
    expect(rows.map((row) => [row[0], row.at(-1)])).toEqual([
      ['Pod startup without image pulls', '✓ holds'],
      ['POST pods/status', '! missed'],
      ['PATCH pods/status', '✓ holds'],
    ]);
    expect(rows[1]?.slice(2, 5)).toEqual(['12,345', '1.20 s', '1.00 s']);
  });

  test('give the verdict in words', () => {
    const text = (result: ReturnType<typeof runResult>): string => objectiveSection(result).text;
    expect(text(runResult())).toMatch(/! 1 of 3 objectives are\nmissed/);
    expect(text(runResult({ apiCallSlis: [apiCallSli()] }))).toContain('✓ 2 of 2 objectives hold');
    expect(objectiveSection(emptyResult())).toBe(nothing);
  });

  test('show no more calls than can be read, the worst of them', () => {
    const apiCallSlis = Array.from({ length: 80 }, (_, i) => apiCallSli({ p99Us: i * 1_000 }));
    const section = objectiveSection(runResult({ apiCallSlis }));
    expect(cells(section, 'Objectives')).toHaveLength(32);
    expect(section.text).toContain('30 of 80');
    expect(cells(section, 'Objectives')[2]?.[3]).toBe('79.0 ms');
  });
});

describe('scheduler decisions', () => {
  const result = runResult({
    pods: [
      podRow(),
      podRow({ schedulingAttempts: 4, message: '0/2 nodes are available: 2 Too many pods.' }),
      pendingPodRow(),
    ],
    kubernetesEvents: [
      eventRow({
        reason: 'FailedScheduling',
        message: '0/3 nodes are available: 1 Too many pods, 3 Insufficient cpu.',
        count: 5,
      }),
      eventRow({ reason: 'Scheduled', message: 'Successfully assigned default/a to b' }),
    ],
  });

  test('are counted by scheduler, by result and by attempts', () => {
    const section = schedulingSection(result);
    expect(cells(section, 'What each scheduler').slice(1)).toEqual([
      ['kube-scheduler', '2', '1', '0'],
      ['batch', '1', '0', '3'],
    ]);
    expect(cells(section, 'Scheduling attempts').slice(1)).toEqual([
      ['scheduled', 'default-scheduler', '2'],
      ['unschedulable', 'default-scheduler', '3'],
    ]);
    expect(cells(section, 'Pods by scheduling').slice(1)).toEqual([
      ['Bound after 1 attempt', '1', '33.3 %'],
      ['Bound after 3 to 5 attempts', '1', '33.3 %'],
      ['Not bound', '1', '33.3 %'],
    ]);
  });

  test('name the reasons of refusal, the one that most pods met first', () => {
    expect(cells(schedulingSection(result), 'Why nodes').slice(1)).toEqual([
      ['Insufficient cpu', '1', '5', '3'],
      ['Too many pods', '1', '5', '2'],
    ]);
    expect(
      schedulingSection(runResult({ pods: [podRow()], kubernetesEvents: [] })).text,
    ).not.toContain('Why nodes');
    expect(schedulingSection(emptyResult())).toBe(nothing);
  });
});

test('traffic has its sums in a table and its outcomes in plots', () => {
  const figures = { connections: 10, ok: 8, refused: 2, timedOut: 0, noEndpoints: 0, broken: 1 };
  const shares = { sameNode: 4, sameZone: 8, sameEndpoint: 0 };
  const section = trafficSection(
    runResult({
      traffic: [1, 2].map((i) => trafficRow({ timeUs: i * 1e6, ...figures, ...shares })),
    }),
  );
  const [row] = cells(section, 'Connections').slice(1);
  expect(row?.slice(2)).toEqual(['20', '4', '0', '2', '50.0 %', '100.0 %', '0.0 %']);
  expect(section.text.match(/class="js-plot"/g)).toHaveLength(1);
  expect(trafficSection(emptyResult())).toBe(nothing);
});

describe('critical paths', () => {
  const bars = ({ text }: Html): string[] =>
    [...text.matchAll(/<rect class="(p\d)" x="([\d.]+)%"/g)].map((match) => match[1] ?? '');

  test('are bars of what was waited for, each saying who was at work', () => {
    const section = convergenceSection(runResult({ convergence: [convergenceRow()] }));
    expect(bars(section)).toEqual(['p0', 'p1', 'p2']);
    expect(section.text).toContain(
      '<title>apply Deployment/default/web: images being pulled 400 ms</title>',
    );
  });

  test('are a table for who has no eyes for bars', () => {
    const section = convergenceSection(runResult({ convergence: [convergenceRow()] }));
    expect(cells(section, 'What each change').slice(1)).toEqual([
      ['apply Deployment/default/web', 'api call', '12.0 ms', expect.stringContaining('call')],
      ['apply Deployment/default/web', 'create', '988 ms', 'controllers at work on the objects'],
      ['apply Deployment/default/web', 'image pull', '400 ms', 'images being pulled'],
    ]);
  });

  test('are left out when no change took any time', () => {
    const convergence = [convergenceRow({ criticalPath: [] })];
    expect(convergenceSection(runResult({ convergence })).text).not.toContain('class="key"');
  });
});

test('every sampled station has its use and its queue over time in its row', () => {
  const [station] = runResult().stations;
  const section = stationSection(
    runResult({
      stations: [
        { ...station!, name: 'control-plane-0' },
        { ...station!, name: 'etcd-0/disk' },
      ],
    }),
  );
  const paths = [...section.text.matchAll(/<path d="([^"]+)"/g)].map((match) => match[1]);
  expect(paths).toEqual([
    'M0 20V18H1V10H2V0H3V20Z',
    'M0 20V20H1V20H2V0H3V20Z',
    'M0 20V0H1V20H2V10H3V20Z',
  ]);
  expect(
    cells(section, 'Stations')
      .slice(1)
      .map((row) => row.slice(2, 4).map((cell) => cell.trim())),
  ).toEqual([
    ['peak 100.0 %', 'peak 7'],
    ['peak 50.0 %', '–'],
  ]);
});
