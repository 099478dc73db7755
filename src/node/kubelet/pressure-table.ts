// What a kubelet and its machine do by default where a node runs short of something. A part of
// constants.ts.

/** Eviction, and the collection of images. */
export const pressureTable = {
  evictionMonitoringUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.2',
  },
  evictionCleanupUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.13',
    note: 'until then the next eviction waits for the pod of the last one',
  },
  hardEvictionGraceUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.13',
  },
  evictionMemoryBytes: {
    value: 104_857_600,
    unit: 'bytes',
    source: 'Kubernetes v1.36 pkg/kubelet/eviction (reference: nodes-controllers §1.13)',
    note: 'evictionHard memory.available',
  },
  evictionNodefsShare: {
    value: 0.1,
    unit: '1',
    source: 'reference: nodes-controllers §1.13',
    note: 'evictionHard nodefs.available',
  },
  evictionImagefsShare: {
    value: 0.15,
    unit: '1',
    source: 'reference: nodes-controllers §1.13',
    note: 'evictionHard imagefs.available',
  },
  evictionInodesShare: {
    value: 0.05,
    unit: '1',
    source: 'reference: nodes-controllers §1.13',
    note: 'evictionHard nodefs.inodesFree and imagefs.inodesFree',
  },
  inodeBytes: {
    value: 16_384,
    unit: 'bytes',
    source: 'e2fsprogs misc/mke2fs.conf.in: inode_ratio',
    note: 'a disk has an inode for so many of its bytes',
  },
  imageInodeBytes: {
    value: 32_768,
    unit: 'bytes',
    source: 'ASSUMED: mean size of the files of an unpacked image',
  },
  pidMax: {
    value: 4_194_304,
    unit: 'processes',
    source: 'systemd sysctl.d/50-pid-max.conf: kernel.pid_max',
  },
  threadMemoryBytes: {
    value: 131_072,
    unit: 'bytes',
    source: 'Linux kernel/fork.c set_max_threads: eight stacks of 16 KiB',
    note: 'a machine has a thread for so many bytes of its memory, kernel.threads-max',
  },
  evictionPressureTransitionUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.1',
  },
  imageGCPeriodUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.2',
  },
  imageGCHighThresholdPercent: {
    value: 85,
    unit: '%',
    source: 'reference: nodes-controllers §1.1',
  },
  imageGCLowThresholdPercent: {
    value: 80,
    unit: '%',
    source: 'reference: nodes-controllers §1.1',
  },
  imageMinimumGCAgeUs: {
    value: 120_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.1',
  },
  unpackedBytesPerByte: {
    value: 2.5,
    unit: '1',
    source:
      'ASSUMED: disk that an image takes, unpacked and with its layers kept, by its pull size',
  },
} as const;
