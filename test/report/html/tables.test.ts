import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../src/metrics/run-result.js';
import { convergenceSection } from '../../../src/report/html/convergence.js';
import { headlineSection } from '../../../src/report/html/headline.js';
import { latencySection } from '../../../src/report/html/latency.js';
import type { Html } from '../../../src/report/html/markup.js';
import { nothing } from '../../../src/report/html/markup.js';
import {
  eventSection,
  nodeTable,
  noticeSection,
  requestSection,
} from '../../../src/report/html/objects.js';
import { podProgressSection } from '../../../src/report/html/pod-progress.js';
import { stationSection } from '../../../src/report/html/stations.js';
import {
  convergenceRow,
  emptyResult,
  eventRow,
  nodeRow,
  pendingPodRow,
  podRow,
  requestRow,
  runResult,
  stuckRow,
} from '../fixtures.js';
import { cells } from './cells.js';

/** What the script of the page gets to draw, figure by figure. */
function plots({ text }: Html): { titles: string[]; data: number[][]; isLogX: boolean }[] {
  const scripts = text.matchAll(/<script type="application\/json">(.*?)<\/script>/gs);
  return [...scripts].map((script) => JSON.parse(script[1] ?? ''));
}

describe('the headline', () => {
  const figures = (result: RunResult): Map<string, string> => {
    const found = headlineSection(result).text.matchAll(/<dt>([^<]+)<\/dt><dd>(.*?)<\/dd><\/div>/g);
    return new Map([...found].map((match) => [match[1]!, match[2]!.replaceAll(/<[^>]+>/g, '')]));
  };

  test('shows the figures that everybody asks for first', () => {
    expect([...figures(runResult())]).toEqual([
      ['Pods ready', '2 of 3'],
      ['Converged', '1 of 2'],
      ['Slowest change', '1.40 s'],
      ['Pod startup, p99', '1.69 s'],
      ['Scheduling, p99', '198 ms'],
      ['Nodes ready', '1 of 2'],
      ['API requests', '12,348'],
      ['Simulated time', '2.50 s'],
    ]);
  });

  test('shows dashes, not zeros, where there was nothing to measure', () => {
    const empty = figures(emptyResult());
    expect(empty.get('Slowest change')).toBe('–');
    expect(empty.get('Pod startup, p99')).toBe('–');
    expect(empty.get('Pods ready')).toBe('0 of 0');
  });

  test('lists every threshold with its measured value and a verdict in words', () => {
    expect(cells(headlineSection(runResult()), 'Thresholds').slice(1)).toEqual([
      ['pod_startup_seconds', 'p(99)&lt;5', '799 ms', '✓ holds'],
      ['pods_unready', 'value==0', '1', '✗ failed'],
      ['dns_lookup_seconds', 'p(90)&lt;1', 'no sample', '! warns'],
    ]);
  });
});

describe('latency', () => {
  test('has a row for both latencies and for every stage', () => {
    const rows = cells(latencySection(runResult()), 'Latency of pods');
    expect(rows.map((row) => row[0])).toEqual([
      'Measure',
      'Scheduling (queued to bound)',
      'Startup (created to ready)',
      'Stage: scheduling',
      'Stage: sandbox',
      'Stage: image pull',
      'Stage: container start',
      'Stage: readiness',
      'Stage: endpoints',
    ]);
    expect(rows[2]).toEqual([
      'Startup (created to ready)',
      '2',
      '1.20 s',
      '1.20 s',
      '1.60 s',
      '1.69 s',
      '1.70 s',
    ]);
  });

  test('writes every measure of the run in its unit', () => {
    const rows = cells(latencySection(runResult()), 'All measures');
    expect(rows[1]).toEqual([
      'pod_startup_seconds',
      '2',
      '750 ms',
      '750 ms',
      '790 ms',
      '799 ms',
      '800 ms',
    ]);
    expect(rows[2]).toEqual(['dns_lookup_seconds', '0', '–', '–', '–', '–', '–']);
  });

  test('plots distributions that rise from above 0 to 1 over positive seconds', () => {
    const [plot] = plots(latencySection(runResult()));
    const [x, ...shares] = plot!.data;
    expect(plot!.isLogX).toBe(true);
    expect(Math.min(...x!)).toBeGreaterThanOrEqual(0.001);
    expect(x).toEqual([...new Set(x)].sort((a, b) => a - b));
    expect(shares).toHaveLength(2);
    for (const share of shares) {
      expect(share.at(-1)).toBe(1);
      expect(share).toEqual([...share].sort((a, b) => a - b));
    }
    expect(shares[0]![x!.indexOf(0.2)]).toBe(1);
    expect(shares[1]![x!.findIndex((seconds) => seconds >= 0.7)]).toBe(0.5);
  });

  test('leaves out the distribution of what no pod reached', () => {
    expect(plots(latencySection(runResult({ pods: [pendingPodRow()] })))).toEqual([]);
    const [plot] = plots(latencySection(runResult({ pods: [podRow({ readyUs: undefined })] })));
    expect(plot?.titles).toEqual(['Scheduling (queued to bound)']);
  });
});

describe('pods over time', () => {
  test('counts exactly how many pods had reached each stage', () => {
    const [, plot] = plots(podProgressSection(runResult()));
    const [x, created, bound, started, ready, deleted] = plot!.data;
    expect(plot!.titles).toEqual(['Created', 'Bound', 'Started', 'Ready', 'Deleted']);
    const at = (seconds: number): number => x!.findIndex((each) => each >= seconds);
    expect([created![0], created![at(1)], created!.at(-1)]).toEqual([1, 3, 3]);
    expect([bound![0], bound![at(0.01)], bound!.at(-1)]).toEqual([0, 1, 2]);
    expect([started!.at(-1), ready!.at(-1), deleted!.at(-1)]).toEqual([2, 2, 1]);
    expect(x!.at(-1)).toBe(2);
  });

  test('draws no line for what never happened, and nothing without pods', () => {
    const [, plot] = plots(podProgressSection(runResult({ pods: [pendingPodRow()] })));
    expect(plot?.titles).toEqual(['Created']);
    expect(podProgressSection(emptyResult())).toBe(nothing);
  });
});

describe('convergence', () => {
  test('shows what every stage added, the slowest change first', () => {
    const rows = cells(convergenceSection(runResult()), 'Time to converge');
    expect(rows[0]?.slice(0, 7)).toEqual([
      'Change',
      'Replicas',
      'Converged after',
      'Longest stage',
      'Waited most for',
      'Accepted',
      'Pods created',
    ]);
    expect(rows[1]?.slice(0, 8)).toEqual([
      'apply Pod/default/huge-1',
      '1',
      '✗ never',
      'scheduled',
      '71 % of the time: controllers at work on the objects',
      '12.0 ms',
      '488 ms',
      '–',
    ]);
    expect(rows[2]?.slice(7)).toEqual(['300 ms', '400 ms', '100 ms', '100 ms', '–']);
  });

  test('gives the reasons apart, only when there are any', () => {
    const reasons = cells(convergenceSection(runResult()), 'Why changes did not converge');
    expect(reasons.slice(1)).toEqual([['apply Pod/default/huge-1', stuckRow.reason]]);
    const { text } = convergenceSection(runResult({ convergence: [convergenceRow()] }));
    expect(text).not.toContain('Why changes did not converge');
  });
});

describe('stations', () => {
  test('have no longest queue where nobody counts who waits', () => {
    const [station] = runResult().stations;
    const lengths = [
      { maxQueueLength: 0, meanQueueLength: 3 },
      { maxQueueLength: 0, meanQueueLength: 0 },
      { maxQueueLength: 9, meanQueueLength: 3 },
    ];
    const shown = lengths.map((each) => {
      const section = stationSection(runResult({ stations: [{ ...station!, ...each }] }));
      return cells(section, 'Stations')[1]?.[5];
    });
    expect(shown).toEqual(['–', '0', '9']);
  });

  test('come busiest first, with a bar and the figures of their queue', () => {
    const [station] = runResult().stations;
    const stations = [station!, { ...station!, name: 'apiserver/cpu', utilisation: 1.25 }];
    const section = stationSection(runResult({ stations }));
    expect(cells(section, 'Stations').slice(1)).toEqual([
      ['apiserver/cpu', '125.0 %', '–', '–', '0.25', '9', '1.52 ms', '420'],
      ['etcd/disk', '43.2 %', '–', '–', '0.25', '9', '1.52 ms', '420'],
    ]);
    expect(section.text).toContain('<rect width="100%"');
    expect(section.text).toContain('<rect width="43.2%"');
  });

  test('plot series by unit over seconds, with 0 for no value', () => {
    const [pods, cores] = plots(stationSection(runResult()));
    expect(pods).toMatchObject({
      titles: ['pods_ready'],
      data: [
        [0, 1, 2],
        [0, 0, 2],
      ],
    });
    expect(cores?.data[1]).toEqual([0.1, 0.333333, 0]);
  });

  test('thin long series, keep their peaks and say so', () => {
    const timeUs = Array.from({ length: 1_000 }, (_, i) => i * 1_000_000);
    const values = timeUs.map((us) => (us === 501_000_000 ? 99 : 1));
    const timeSeries = { timeUs, columns: [{ name: 'etcd_queue_length', values }] };
    const section = stationSection(runResult({ timeSeries }));
    const [plot] = plots(section);
    expect(plot!.data[0]!.length).toBeLessThanOrEqual(400);
    expect(Math.max(...plot!.data[1]!)).toBe(99);
    expect(section.text).toContain('The largest of every 3 samples.');
  });

  test('are left out when nothing was measured', () => {
    expect(stationSection(emptyResult())).toBe(nothing);
  });
});

describe('API requests, nodes, events, notices', () => {
  test('requests come by count, then by name, with their latencies', () => {
    const requests = [
      requestRow({ verb: 'GET', resource: 'pods', subresource: '', count: 5 }),
      requestRow({ verb: 'GET', resource: 'nodes', subresource: '', count: 5 }),
      requestRow({ verb: 'PATCH', count: 9, client: 'kubectl', errors: 7, meanUs: Number.NaN }),
    ];
    const rows = cells(requestSection(runResult({ requests })), 'Requests');
    expect(rows.slice(1).map((row) => row.slice(0, 5))).toEqual([
      ['PATCH pods/status', 'kubectl', '9', '7', '–'],
      ['GET nodes', 'system:nodes', '5', '21', '4.21 ms'],
      ['GET pods', 'system:nodes', '5', '21', '4.21 ms'],
    ]);
  });

  test('nodes come not ready first, then by the share of CPU that is requested', () => {
    const nodes = [
      nodeRow({ name: 'idle', cpuRequestedMilli: 0 }),
      nodeRow({ name: 'full', cpuRequestedMilli: 4_000 }),
      nodeRow({ name: 'down', ready: false }),
      nodeRow({ name: 'none', cpuAllocatableMilli: 0, memoryAllocatableBytes: 0, pods: 0 }),
    ];
    const rows = cells(nodeTable(runResult({ nodes })), 'Nodes').slice(1);
    expect(rows.map((row) => row[0])).toEqual(['down', 'full', 'idle', 'none']);
    expect(rows[0]).toEqual([
      'down',
      'zone-a',
      '✗ not ready',
      '12',
      '31.3 %',
      '4',
      '18.8 %',
      '16 GiB',
      '2',
      '150 MiB',
    ]);
    expect(rows[3]?.[4]).toBe('0.0 %');
  });

  test('the last hundred events are shown, warnings marked with a sign', () => {
    const kubernetesEvents = Array.from({ length: 130 }, (_, i) =>
      eventRow({ involved: `pod/p-${i}`, type: i === 129 ? 'Warning' : 'Normal' }),
    );
    const section = eventSection(runResult({ kubernetesEvents }));
    const rows = cells(section, 'Events').slice(1);
    expect([rows.length, rows[0]?.[0], rows.at(-1)?.[0]]).toEqual([100, 'pod/p-30', 'pod/p-129']);
    expect(rows.at(-1)?.[2]).toBe('! Warning');
    expect(section.text).toContain('100 of 130');
  });

  test('notices are a list, and each section is left out without rows', () => {
    expect(noticeSection(runResult({ notices: ['a', 'b'] })).text).toMatch(/<li>a<\/li>\s*<li>b</);
    for (const section of [requestSection, nodeTable, eventSection, noticeSection]) {
      expect(section(emptyResult())).toBe(nothing);
    }
  });
});
