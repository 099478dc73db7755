// Images on nodes. A pull asks the registry for the manifest, then downloads and unpacks at the
// same time: the registry shares its bandwidth among all pulls of the cluster, a node its disk
// among its own; a pull is done when both are. A node pulls one image at a time, or several. Pulls
// beyond the registry limit fail at once and back off, and so do all while the registry is down.
// Left out: layers that images share; downloads that break off in the middle.
// Source: Kubernetes v1.36 pkg/kubelet/images (reference: nodes-controllers §1.9).
import { Slab } from '../../client/slab.js';
import {
  type Distribution,
  type DistributionSpec,
  distribution,
} from '../../kernel/distributions.js';
import type { EventKind } from '../../kernel/simulation.js';
import { TokenBucket } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { ascending } from '../../stats/ascending.js';
import { nodeCpuConstants } from '../constants.js';
import { ProcessorSharing } from '../processor-sharing.js';
import { BackOff, type BackOffLimits } from './back-off.js';
import { durationOf } from './durations.js';
import { imageName, pullPolicyOf } from './image-name.js';
import type { KubeletContext } from './kubelet-context.js';
import type { KubeletNode } from './node-agent.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** Where images come from. */
export interface ImageSource {
  readonly registryBytesPerSecond: number;
  /** Compressed size by image name; others draw from `imageBytes`, one draw an image. */
  readonly imageSizes: ReadonlyMap<string, number>;
  readonly imageBytes: DistributionSpec;
}

/** What `ensure` found: the image is there, it is on its way, or it cannot be had now. */
export type ImageState = 'present' | 'pulling' | 'neverPulled' | 'refused' | 'backingOff';

/** Who waits for a pull. */
export interface PullWaiter {
  readonly record: PodRecord;
  readonly container: ContainerRecord;
}

/**
 * Told of every pod whose image has arrived, with the time since it was asked for, or why it has
 * not.
 */
export type PullListener = (
  waiter: PullWaiter,
  durationUs: number,
  fault: string | undefined,
) => void;

interface Pull {
  id: number;
  readonly node: number;
  readonly image: string;
  readonly waiters: PullWaiter[];
  readonly queuedUs: SimTime;
  startedUs: SimTime;
  bytes: number;
  /** Median-speed work of the disk, µs. */
  diskUs: number;
  partsLeft: number;
  /** Its machine has failed meanwhile. */
  isLost: boolean;
}

/** An image on a node. */
interface StoredImage {
  readonly sinceUs: SimTime;
  usedUs: SimTime;
}

interface NodeImages {
  readonly present: Map<string, StoredImage>;
  bucket: TokenBucket;
  readonly parallel: number;
  readonly waiting: Pull[];
  readonly active: Pull[];
}

/** How the registry is. */
export interface RegistryCondition {
  /** How many times as long it takes to answer and to send, of pulls that begin meanwhile. */
  readonly factor: number;
  /** It refuses all pulls. */
  readonly isDown: boolean;
}

/** What the runtime says of a registry that is down. */
const registryIsDown = 'unexpected status from HEAD request: 503 Service Unavailable';

export class ImageManager {
  registry: RegistryCondition = { factor: 1, isDown: false };
  readonly #context: KubeletContext;
  readonly #source: ImageSource;
  readonly #onPulled: PullListener;
  readonly #onImagesChanged: (node: number) => void;
  readonly #nodes: NodeImages[] = [];
  readonly #pulls = new Slab<Pull>();
  readonly #sizes = new Map<string, number>();
  readonly #imageBytes: Distribution;
  readonly #manifest: Distribution;
  readonly #slowdown: Distribution;
  readonly #registry: ProcessorSharing;
  readonly #disks: ProcessorSharing;
  readonly #backOff: BackOffLimits;
  readonly #manifestRead: EventKind;
  readonly #partDone: EventKind;

  constructor(
    context: KubeletContext,
    source: ImageSource,
    onPulled: PullListener,
    onImagesChanged: (node: number) => void,
  ) {
    const { simulation, settings } = context;
    this.#context = context;
    this.#source = source;
    this.#onPulled = onPulled;
    this.#onImagesChanged = onImagesChanged;
    for (const [image, bytes] of source.imageSizes) this.#sizes.set(imageName(image), bytes);
    this.#imageBytes = distribution(source.imageBytes);
    this.#manifest = durationOf(settings.manifestP50Us, settings.manifestP99Us);
    // Drawn as a factor in thousandths of the median time.
    this.#slowdown = durationOf(1_000, 1_000 * settings.pullSlowdownP99);
    this.#registry = new ProcessorSharing(simulation, 'registry');
    this.#registry.add(1);
    const unpacking = context.cpus?.systemWork(nodeCpuConstants.unpackMilli, (node) =>
      this.#disks.limitChanged(node),
    );
    this.#disks = new ProcessorSharing(simulation, 'kubelet/image-disk', unpacking?.speed);
    this.#backOff = {
      initialUs: settings.imageBackoffInitialUs,
      maxUs: settings.imageBackoffMaxUs,
      resetUs: 2 * settings.imageBackoffMaxUs,
    };
    this.#manifestRead = simulation.defineEvent('kubelet.ImageManifestRead', (id) =>
      this.#download(this.#pulls.get(id)),
    );
    this.#partDone = simulation.defineEvent('kubelet.ImagePartPulled', (id) => {
      const pull = this.#pulls.get(id);
      if (--pull.partsLeft === 0) this.#finish(pull);
    });
  }

  /** Adds the next node. */
  addNode({ name, images, serializeImagePulls, maxParallelImagePulls }: KubeletNode): void {
    const { settings } = this.#context;
    const several = maxParallelImagePulls === 0 ? Number.POSITIVE_INFINITY : maxParallelImagePulls;
    this.#nodes.push({
      present: new Map(images.map((image) => [imageName(image), { sinceUs: 0, usedUs: 0 }])),
      bucket: this.#newBucket(name),
      parallel: serializeImagePulls ? 1 : several,
      waiting: [],
      active: [],
    });
    this.#disks.add(settings.diskBytesPerSecond / settings.pullBytesPerSecond);
  }

  /** The kubelet of a node has ended: what waits is forgotten, what is under way goes on. */
  stop(node: number): void {
    const images = this.#imagesOn(node);
    for (const pull of images.waiting.splice(0)) this.#pulls.remove(pull.id);
    images.bucket = this.#newBucket(this.#context.agents[node]?.spec.name ?? '');
  }

  /** The machine of a node has failed: what is under way is of no use. */
  lose(node: number): void {
    for (const pull of this.#imagesOn(node).active) pull.isLost = true;
  }

  #newBucket(node: string): TokenBucket {
    const { registryPullQps, registryBurst } = this.#context.settings;
    return new TokenBucket(`kubelet/${node}/registry`, registryPullQps, registryBurst);
  }

  /** Names and sizes of a node's images, ordered by name; at most `limit`. */
  imagesOf(
    node: number,
    limit: number,
  ): readonly { names: readonly string[]; sizeBytes: number }[] {
    const names = [...this.#imagesOn(node).present.keys()].sort(ascending);
    return names.slice(0, limit).map((name) => ({ names: [name], sizeBytes: this.#sizeOf(name) }));
  }

  /** Bytes that the images of a node take on its disk. O(images). */
  diskBytes(node: number): number {
    let bytes = 0;
    for (const image of this.#imagesOn(node).present.keys()) bytes += this.#diskBytesOf(image);
    return bytes;
  }

  #diskBytesOf(image: string): number {
    return Math.round(this.#sizeOf(image) * this.#context.settings.unpackedBytesPerByte);
  }

  /** Removes images that are not in use and old enough, first those used longest ago. */
  remove(
    node: number,
    inUse: ReadonlySet<string>,
    wantedBytes: number,
    minimumAgeUs: number,
  ): number {
    const { now } = this.#context.simulation;
    const { present } = this.#imagesOn(node);
    for (const image of inUse) {
      const stored = present.get(image);
      if (stored !== undefined) stored.usedUs = now;
    }
    const free = [...present]
      .filter(([image, { sinceUs }]) => !inUse.has(image) && now - sinceUs >= minimumAgeUs)
      .sort(([a, x], [b, y]) => x.usedUs - y.usedUs || ascending(a, b));
    let freed = 0;
    for (const [image] of free) {
      if (freed >= wantedBytes) break;
      freed += this.#diskBytesOf(image);
      present.delete(image);
    }
    return freed;
  }

  /** Sees to the image of a container; what waits for a pull is told when it is there. */
  ensure(record: PodRecord, container: ContainerRecord): ImageState {
    const { now } = this.#context.simulation;
    const node = record.agent.index;
    const images = this.#imagesOn(node);
    const image = imageName(container.spec.image ?? '');
    const policy = pullPolicyOf(container.spec);
    const stored = images.present.get(image);
    if (stored !== undefined) stored.usedUs = now;
    if (policy !== 'Always' && stored !== undefined) return 'present';
    if (policy === 'Never') return 'neverPulled';
    if (container.pullBackOff?.isWaiting(this.#backOff, container.pullFailedUs, now) === true) {
      return 'backingOff';
    }
    if (!images.bucket.tryTake(now)) {
      container.pullBackOff ??= new BackOff();
      container.pullBackOff.next(this.#backOff, now, now);
      container.pullFailedUs = now;
      return 'refused';
    }
    this.#enqueue(node, images, image, { record, container });
    return 'pulling';
  }

  #imagesOn(node: number): NodeImages {
    return this.#nodes[node] as NodeImages;
  }

  #enqueue(node: number, images: NodeImages, image: string, waiter: PullWaiter): void {
    const same = images.active.find((pull) => pull.image === image);
    if (same !== undefined && images.parallel > 1) {
      same.waiters.push(waiter); // the runtime downloads it once
      return;
    }
    const { now } = this.#context.simulation;
    const pull: Pull = {
      id: -1,
      node,
      image,
      waiters: [waiter],
      queuedUs: now,
      startedUs: now,
      bytes: 0,
      diskUs: 0,
      partsLeft: 2,
      isLost: false,
    };
    pull.id = this.#pulls.add(pull);
    if (images.active.length < images.parallel) this.#start(images, pull);
    else images.waiting.push(pull);
  }

  #start(images: NodeImages, pull: Pull): void {
    const { simulation, settings } = this.#context;
    const { uid } = (pull.waiters[0] as PullWaiter).record;
    const stream = simulation.random.stream(`kubelet/${uid}/image-pull/${pull.image}`);
    const manifestUs = this.#manifest.sample(stream);
    const slowdown = this.#slowdown.sample(stream) / 1_000;
    images.active.push(pull);
    pull.startedUs = simulation.now;
    pull.bytes = images.present.has(pull.image) ? 0 : this.#sizeOf(pull.image);
    pull.diskUs = (pull.bytes * slowdown * 1_000_000) / settings.pullBytesPerSecond;
    const answerUs = Math.round(manifestUs * this.registry.factor);
    simulation.after(answerUs, this.#manifestRead, pull.id);
  }

  #download(pull: Pull): void {
    const { factor, isDown } = this.registry;
    if (isDown) return this.#fail(pull);
    if (pull.bytes === 0) return this.#finish(pull);
    const aloneUs = (pull.bytes * 1_000_000) / this.#source.registryBytesPerSecond;
    const registryUs = aloneUs * factor;
    this.#disks.run(pull.node, pull.diskUs, this.#partDone, pull.id);
    this.#registry.run(0, registryUs, this.#partDone, pull.id);
  }

  /** The registry has refused: whoever waits backs off, the next pull is tried all the same. */
  #fail(pull: Pull): void {
    const { now } = this.#context.simulation;
    this.#end(pull);
    for (const waiter of pull.waiters) {
      const { container } = waiter;
      container.pullBackOff ??= new BackOff();
      container.pullBackOff.next(this.#backOff, now, now);
      container.pullFailedUs = now;
      this.#onPulled(waiter, now - pull.queuedUs, registryIsDown);
    }
  }

  /** Makes room for the next pull of the node. */
  #end(pull: Pull): void {
    const images = this.#imagesOn(pull.node);
    this.#pulls.remove(pull.id);
    images.active.splice(images.active.indexOf(pull), 1);
    const next = images.waiting.shift();
    if (next !== undefined) this.#start(images, next);
  }

  #finish(pull: Pull): void {
    const { simulation, observer, agents } = this.#context;
    const { now } = simulation;
    const images = this.#imagesOn(pull.node);
    if (pull.bytes > 0 && !pull.isLost) {
      images.present.set(pull.image, { sinceUs: now, usedUs: now });
      const node = agents[pull.node]?.spec.name ?? '';
      observer.imagePulled(node, pull.image, pull.bytes, now - pull.startedUs);
      this.#onImagesChanged(pull.node);
    }
    this.#end(pull);
    for (const waiter of pull.waiters) this.#onPulled(waiter, now - pull.queuedUs, undefined);
  }

  /** Compressed bytes of an image. */
  #sizeOf(image: string): number {
    let bytes = this.#sizes.get(image);
    if (bytes === undefined) {
      const stream = this.#context.simulation.random.stream(`registry/${image}`);
      bytes = Math.max(1, this.#imageBytes.sample(stream));
      this.#sizes.set(image, bytes);
    }
    return bytes;
  }
}
