// What one change of a large Service sends to the kube-proxies of all nodes: the arithmetic by
// which EndpointSlices were argued for. Objects are those of the published examples, padded to
// their sizes; the bytes are those that a simulated apiserver counts as sent.
// Source: Kubernetes blog 2020-09 (reference: validation-targets 4.5), KEP-752 (reference:
// nodes-controllers 2.10).

import { encodedBytes } from '../../dist/api/encoded-size.js';
import { reconcileSlices } from '../../dist/control-plane/controller-manager/endpoint-slice-reconciler.js';
import { subsetsOf } from '../../dist/control-plane/controller-manager/endpoints-controller.js';
import { storageSamples } from '../../dist/metrics/storage-samples.js';
import { once } from './run.mjs';
import { StoragePlane } from './storage-plane.mjs';

const PODS = 5_000;
const NODES = 3_000;
const ports = [{ name: '', port: 80, protocol: 'TCP' }];

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', uid: '0' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};

const address = (i) => `10.${i >> 14}.${(i >> 6) & 255}.${(i & 63) + 2}`;

const targetRef = (i) => ({ kind: 'Pod', namespace: 'default', name: `web-${i}`, uid: `${i}` });

/** The object with a label that brings it to a size. */
function padded(object, bytes) {
  const withLabel = (length) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { padding: 'x'.repeat(length) } },
  });
  const missing = bytes - encodedBytes(withLabel(bytes / 2));
  const near = bytes / 2 + missing;
  // The length of a length may take a byte more or less.
  const lengths = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((more) => near + more);
  return withLabel(lengths.find((length) => encodedBytes(withLabel(length)) === bytes));
}

/** The Endpoints of so many pods, as before they were cut off at 1,000. */
function endpoints(count) {
  const addresses = Array.from({ length: count }, (_, i) => ({ ip: address(i) }));
  const metadata = { name: 'web', namespace: 'default' };
  return { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses, ports }] };
}

function wanted(count) {
  const entry = (i) => [
    `web-${i}`,
    { addresses: [address(i)], conditions: { ready: true }, targetRef: targetRef(i) },
  ];
  return new Map(Array.from({ length: count }, (_, i) => entry(i)));
}

const slices = (count) => reconcileSlices(service, wanted(count), [], ports).create;

const slice = () => {
  const [first] = slices(100);
  return { ...first, metadata: { ...first.metadata, name: 'web-1', labels: {} } };
};

/** Bytes that the watches of all nodes are sent for one update of an object of that size. */
function sentBytes(resource, object, bytes, nodes) {
  const plane = new StoragePlane({ preload: [object] });
  const kind = plane.simulation.defineEvent('check.EventArrived', () => watch.next(now()));
  const now = () => plane.simulation.now;
  let watch;
  const { namespace, name } = object.metadata;
  const client = plane.client('nodes');
  const fleet = { resource, namespace: '', name: '', fleetMembers: nodes };
  const { response } = plane.request(client, {
    ...{ ...fleet, verb: 'watch', resourceVersion: 0, watcher: { kind, target: 0 } },
  });
  watch = response.watch;
  // The present state comes first.
  watch.next(now());
  plane.simulation.run(now() + 1_000_000);
  const sizes = () =>
    storageSamples(plane.server, true, now()).find(
      (sample) =>
        sample.name === 'apiserver_watch_events_sizes' &&
        sample.labels.some(([, value]) => value === resource),
    );
  const before = sizes()?.sum ?? 0;
  const body = padded(object, bytes);
  const update = { verb: 'update', resource, namespace, name, body };
  plane.request(plane.client('controller'), update);
  plane.simulation.run(now() + 60_000_000);
  return sizes().sum - before;
}

const legacy = once(() => sentBytes('endpoints', endpoints(PODS), 1_500_000, NODES));
const sliced = once(() => sentBytes('endpointslices', slice(), 30_000, NODES));
const sample = once(() => sentBytes('endpointslices', slice(), 10_000, PODS));

const blog = 'Kubernetes blog 2020-09; reference: validation-targets 4.5';
const kep = 'KEP-752; reference: nodes-controllers 2.10';
const exact = { tolerance: 1e-9 };

export const checks = [
  {
    name: 'Endpoints of 5,000 pods (1.5 MB): a change, to 3,000 nodes',
    ...{ unit: 'GB', expected: 4.5, ...exact, source: blog },
    measure: () => legacy() / 1e9,
  },
  {
    name: 'the same: a rolling update of all pods',
    ...{ unit: 'TB', expected: 22.5, ...exact, source: `${blog}, which says 22` },
    measure: () => (legacy() * PODS) / 1e12,
  },
  {
    name: 'EndpointSlices of 5,000 pods',
    ...{ unit: 'slices', expected: 50, ...exact, source: blog },
    measure: () => slices(PODS).length,
  },
  {
    name: 'a slice of 100 of them (30 kB): a change, to 3,000 nodes',
    ...{ unit: 'GB', expected: 4.5 / 50, ...exact, source: `${blog}: a fiftieth` },
    measure: () => sliced() / 1e9,
  },
  {
    name: 'a slice of 10 kB: a change, to 5,000 nodes',
    ...{ unit: 'MB', expected: 50, ...exact, source: kep },
    measure: () => sample() / 1e6,
  },
  {
    name: 'the same, of 20,000 pods: a rolling update',
    ...{ unit: 'TB', expected: 1, ...exact, source: kep },
    measure: () => (sample() * 20_000) / 1e12,
  },
  {
    name: 'creation of 20,000 endpoints: events to 5,000 nodes',
    ...{ unit: 'events', expected: 1e6, ...exact, source: kep },
    measure: () => slices(20_000).length * 5_000,
  },
  {
    name: 'addresses of 5,000 pods in the Endpoints of today',
    ...{ unit: '1', expected: 1_000, ...exact, source: 'reference: nodes-controllers 3.9' },
    measure: () => {
      const entryOf = (i) => ({
        address: { ip: address(i), targetRef: targetRef(i) },
        isReady: true,
      });
      const entries = new Map(Array.from({ length: PODS }, (_, i) => [`web-${i}`, entryOf(i)]));
      const [subset] = subsetsOf(service, { pods: new Map(), entries });
      return subset.addresses.length;
    },
  },
];
