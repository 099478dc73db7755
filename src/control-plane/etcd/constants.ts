// etcd's settings and costs.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  rpcOverheadUs: {
    value: 100,
    unit: 'µs',
    source: 'reference: controlplane A15, serializable read of 0.3 ms in op-guide/performance.md',
    note: 'gRPC client to server, each way, beyond the link',
  },
  readyCpuUs: {
    value: 20,
    unit: 'µs',
    source: 'reference: controlplane A15, solved back from etcd docs op-guide/performance.md',
    note: 'CPU of one pass of the Ready loop',
  },
  readyCpuPerEntryUs: {
    value: 5,
    unit: 'µs',
    source: 'reference: controlplane A15, solved back from etcd docs op-guide/performance.md',
  },
  applyCpuUs: {
    value: 18,
    unit: 'µs',
    source: 'reference: controlplane A15, 1 / 50,000 puts/s of etcd docs op-guide/performance.md',
    note: 'CPU of applying one small put transaction',
  },
  applyCpuNanosecondsPerByte: {
    value: 1,
    unit: 'ns/byte',
    source: 'reference: controlplane A15',
  },
  walBytesPerEntry: {
    value: 80,
    unit: 'bytes/entry',
    source:
      'etcd v3.6 server/storage/wal record and protobuf overhead (reference: controlplane A5)',
  },
  rangeCpuUs: {
    value: 5,
    unit: 'µs',
    source: 'reference: controlplane A15, index walk and one key of a range',
  },
  peerDelayUs: {
    value: 125,
    unit: 'µs',
    source: 'reference: controlplane A16, half of a same-zone round trip of 0.25 ms',
  },
} as const;

export const etcdConstants: Constants<typeof table> = defineConstants('etcd', table);
