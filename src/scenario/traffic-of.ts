/**
 * From traffic as written to traffic as made, and what is wrong with it beside the rest of the
 * scenario.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import type { Service } from '../api/service.js';
import type {
  TrafficArrivals,
  TrafficSource,
  TrafficSpec,
} from '../cluster/traffic/traffic-spec.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import { scenarioDefaults } from './constants.js';
import { type DistributionText, distributionOf } from './distribution-text.js';
import { durationUs } from './duration.js';
import { namespaceOf, type ScenarioObject } from './objects.js';
import { type PlaceOf, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import type { TrafficText } from './schema-traffic.js';

const codes = scenarioProblemCodes;

const durations = (text: DistributionText = '0s'): DistributionSpec =>
  distributionOf(text, durationUs);

/** All traffic of a spec whose values are checked. */
export function trafficOf({ workload }: ScenarioSpec): readonly TrafficSpec[] {
  return (workload?.traffic ?? []).map((text) => {
    const { namespace, name } = serviceOf(text);
    return {
      name: text.name,
      namespace,
      service: name,
      source: sourceOf(text.from),
      arrivals: arrivalsOf(text),
      duration: durations(text.duration),
      timeoutUs:
        text.timeout === undefined ? scenarioDefaults.trafficTimeoutUs : durationUs(text.timeout),
      startUs: text.at === undefined ? undefined : durationUs(text.at),
      lastsUs: text.for === undefined ? Number.POSITIVE_INFINITY : durationUs(text.for),
    };
  });
}

function serviceOf({ service }: TrafficText): {
  readonly namespace: string;
  readonly name: string;
} {
  const [first = '', second] = service.split('/');
  return second === undefined
    ? { namespace: 'default', name: first }
    : { namespace: first, name: second };
}

function sourceOf(from: TrafficText['from']): TrafficSource {
  if (from === 'external') {
    return { kind: 'external', clients: scenarioDefaults.externalClients };
  }
  if (from === undefined || from === 'nodes') return { kind: 'nodes', pools: [] };
  if ('nodePools' in from) return { kind: 'nodes', pools: from.nodePools };
  if ('external' in from) return { kind: 'external', clients: from.external.clients };
  const { namespace = 'default', labels } = from.pods;
  return { kind: 'pods', namespace, selector: { matchLabels: labels } };
}

function arrivalsOf(text: TrafficText): TrafficArrivals {
  const { clients, connectionsPerSecond = 1, arrival = 'poisson', thinkTime } = text;
  return clients === undefined
    ? { kind: 'open', perSecond: connectionsPerSecond, process: arrival }
    : { kind: 'closed', clients, thinkTime: durations(thinkTime) };
}

/** Everything wrong with the traffic. `objects`: all that operations bring. */
export function checkTraffic(
  spec: ScenarioSpec,
  objects: readonly ScenarioObject[],
  placeOf: PlaceOf,
): readonly Problem[] {
  const problems: Problem[] = [];
  const services = new Map<string, Service>();
  for (const { object } of objects) {
    if (object.kind !== 'Service') continue;
    services.set(`${namespaceOf(object)}/${object.metadata.name}`, object);
  }
  const pools = (spec.nodePools ?? []).map(({ name }) => name);
  const names = new Set<string>();
  for (const [index, text] of (spec.workload?.traffic ?? []).entries()) {
    const report: Report = (code, steps, message, suggestion) => {
      const path: FieldPath = ['spec', 'workload', 'traffic', index, ...steps];
      problems.push(problemAt(placeOf(path), codes[code], message, { path, suggestion }));
    };
    if (names.has(text.name)) {
      report('duplicateName', ['name'], `traffic named "${text.name}" is there already`);
    }
    names.add(text.name);
    checkArrivals(text, report);
    checkService(text, services, report);
    const from = typeof text.from === 'object' && 'nodePools' in text.from ? text.from : undefined;
    for (const [at, pool] of (from?.nodePools ?? []).entries()) {
      if (pools.includes(pool)) continue;
      const near = didYouMean(pool, pools);
      report('unknownPool', ['from', 'nodePools', at], `there is no node pool "${pool}"`, near);
    }
  }
  return problems;
}

type Report = (
  code: keyof typeof codes,
  steps: FieldPath,
  message: string,
  suggestion?: string,
) => void;

function checkArrivals(text: TrafficText, report: Report): void {
  const { clients, connectionsPerSecond, arrival, thinkTime } = text;
  if (clients === undefined && connectionsPerSecond === undefined) {
    report('impossible', [], 'nothing says how often it connects', 'connectionsPerSecond: 100');
  }
  if (clients !== undefined && connectionsPerSecond !== undefined) {
    const message = 'clients and connectionsPerSecond both say how often it connects';
    report('impossible', ['clients'], message);
  }
  if (clients === undefined && thinkTime !== undefined) {
    report('impossible', ['thinkTime'], 'only clients think; there are none', 'clients: 10');
  }
  if (clients !== undefined && arrival !== undefined) {
    report('impossible', ['arrival'], 'clients connect when they are done, not at a rate');
  }
}

function checkService(
  text: TrafficText,
  services: ReadonlyMap<string, Service>,
  report: Report,
): void {
  const { namespace, name } = serviceOf(text);
  const service = services.get(`${namespace}/${name}`);
  if (service === undefined) {
    const near = didYouMean(`${namespace}/${name}`, services.keys());
    const message = `no operation creates the Service ${namespace}/${name}`;
    return report('unknownTarget', ['service'], message, near && `service: ${near}`);
  }
  const { clusterIP, type = 'ClusterIP' } = service.spec;
  if (clusterIP === 'None' || type === 'ExternalName') {
    const what = type === 'ExternalName' ? 'of type ExternalName' : 'headless';
    const message = `a Service that is ${what} has no rules in kube-proxy to connect through`;
    return report('impossible', ['service'], message);
  }
  const isOutside = sourceOf(text.from).kind === 'external';
  if (isOutside && type === 'ClusterIP') {
    const message = 'a Service of type ClusterIP cannot be reached from outside';
    report('impossible', ['from'], message, 'type: NodePort or LoadBalancer in the Service');
  }
}
