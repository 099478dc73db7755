// attachdetach: every 100 ms it compares the volumes that pods want on their nodes with those that
// are attached, and attaches or detaches. What is mounted stays attached, unless its node is out of
// service, or not healthy for six minutes. A volume for one node waits until it has left the other.
// A pass without work is not made. Left out: in-tree plugins, volumes of uncertain state.
// Source: Kubernetes v1.36 pkg/controller/volume/attachdetach/reconciler (reference:
// nodes-controllers 3.16).
import {
  csiPluginName,
  isMultiAttachable,
  uniqueVolumeName,
} from '../../../api/attachable-volume.js';
import type { Node } from '../../../api/node.js';
import type { VolumeAttachment } from '../../../api/persistent-volume.js';
import type { Pod } from '../../../api/pod.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import { WorkQueue } from '../../../client/work-queue.js';
import type { EventHandle } from '../../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { SimTime } from '../../../kernel/time.js';
import { ascending } from '../../../stats/ascending.js';
import type { ControllerOptions } from '../sync-loop.js';
import { AttachedVolumes, Attachment } from './attached-volumes.js';
import { AttachmentCalls } from './attachment-calls.js';
import { attachDetachConstants as constants } from './constants.js';
import { NodeReports } from './node-reports.js';
import {
  type AttachableVolume,
  WantedVolumes,
  type WantedVolumesInformers,
} from './wanted-volumes.js';

export interface AttachDetachInformers extends WantedVolumesInformers {
  readonly nodes: Informer<Node>;
  readonly attachments: Informer<VolumeAttachment>;
}

const NAME = 'kube-controller-manager/attach-detach';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export class AttachDetachController {
  /** Of claims, as metrics know it; pods are looked at when their claims change. */
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #monitor: ControllerOptions['monitor'];
  readonly #informers: AttachDetachInformers;
  readonly #recorder: EventRecorder;
  readonly #wanted: WantedVolumes;
  readonly #attached = new AttachedVolumes();
  readonly #calls: AttachmentCalls<Attachment>;
  readonly #reports: NodeReports;
  /** Volumes that may need something, in the order in which that was noticed. */
  readonly #work = new Map<string, AttachableVolume>();
  /** Pods that were told that their volume is in use elsewhere. */
  readonly #toldPods = new Set<string>();
  readonly #passDue: EventKind;
  #pass: { readonly handle: EventHandle; readonly at: SimTime } | undefined;
  #isStarted = false;

  constructor(options: ControllerOptions, informers: AttachDetachInformers) {
    const { simulation, client, monitor } = options;
    this.#simulation = simulation;
    this.#monitor = monitor;
    this.#informers = informers;
    this.queue = new WorkQueue(simulation, NAME, { monitor: monitor?.queue('pvcs') });
    this.#recorder = new EventRecorder(simulation, 'attachdetach-controller', client);
    this.#wanted = new WantedVolumes(informers, (volume) => this.#noteWork(volume));
    this.#calls = new AttachmentCalls(
      simulation,
      client,
      informers.attachments,
      (attachment, isAttach, fault) => this.#ended(attachment, isAttach, fault),
    );
    this.#reports = new NodeReports(client, this.#attached, (attachment) =>
      this.#calls.detach(attachment),
    );
    this.#passDue = simulation.defineEvent(`${NAME}.PassDue`, () => this.#reconcile());
    const look = ({ metadata }: Node): void => {
      for (const { volume } of this.#attached.ofNode(metadata.name)) this.#noteWork(volume);
    };
    informers.nodes.addHandler({
      updated: (previous, node) => {
        if (placement(previous) !== placement(node)) look(node);
        else if (previous.status?.volumesInUse !== node.status?.volumesInUse) look(node);
      },
      deleted: look,
    });
  }

  /** Begins with what VolumeAttachments say; the informers have synced. */
  start(): void {
    this.#isStarted = true;
    for (const { spec, status } of this.#informers.attachments.store.values()) {
      const volume = this.#volumeNamed(spec.source.persistentVolumeName ?? '', spec.attacher);
      if (volume === undefined || this.#attached.of(volume.name, spec.nodeName)) continue;
      const attachment = new Attachment(volume, spec.nodeName, this.#simulation.now);
      attachment.state = status?.attached === true ? 'attached' : 'unsure';
      this.#attached.add(attachment);
      this.#noteWork(volume);
    }
    if (this.#work.size > 0) this.#wake(0);
  }

  #volumeNamed(persistentVolumeName: string, driver: string): AttachableVolume | undefined {
    const volume = this.#informers.volumes.get(persistentVolumeName);
    const name = volume && uniqueVolumeName(volume);
    if (volume === undefined || name === undefined) return undefined;
    return { name, persistentVolumeName, driver, isMultiAttachable: isMultiAttachable(volume) };
  }

  #noteWork(volume: AttachableVolume): void {
    this.#work.set(volume.name, volume);
    if (this.#isStarted) this.#wake(0);
  }

  /** Makes a pass at the first tick that is so much later, or before. */
  #wake(delayUs: number): void {
    const { now } = this.#simulation;
    const { reconcilerLoopPeriodUs: period } = constants;
    const at = (Math.floor((now + delayUs) / period) + 1) * period;
    if (this.#pass !== undefined && this.#pass.at <= at) return;
    if (this.#pass !== undefined) this.#simulation.cancel(this.#pass.handle);
    this.#pass = { handle: this.#simulation.at(at, this.#passDue), at };
  }

  /** One pass: detaches, then attaches, then tells the nodes. O(volumes with work). */
  #reconcile(): void {
    this.#pass = undefined;
    const work = [...this.#work.values()];
    this.#work.clear();
    for (const volume of work) this.#detachUnwanted(volume);
    for (const volume of work) this.#attachWanted(volume);
    this.#reports.send();
    this.#monitor?.volumes?.attachDetachCounted(
      csiPluginName,
      this.#attached.count,
      this.#wanted.count,
    );
  }

  #detachUnwanted(volume: AttachableVolume): void {
    const { now } = this.#simulation;
    for (const attachment of this.#attached.ofVolume(volume.name)) {
      const { nodeName, state } = attachment;
      if (this.#wanted.isWanted(volume.name, nodeName)) {
        attachment.unwantedSinceUs = undefined;
        continue;
      }
      if (state !== 'attached' && state !== 'unsure') continue;
      attachment.unwantedSinceUs ??= now;
      if (!this.#mayRetry(attachment)) continue;
      const force = this.#forceReason(attachment);
      if (this.#isMounted(attachment) && force === undefined) {
        this.#workAgain(volume, attachment.unwantedSinceUs + constants.maxWaitForUnmountUs);
        continue;
      }
      if (force !== undefined) this.#monitor?.volumes?.forcedDetach(force);
      attachment.state = 'detaching';
      attachment.sinceUs = now;
      this.#reports.beforeDetach(attachment);
    }
  }

  /** Why a volume is detached whether or not it is mounted; undefined: it must not be mounted. */
  #forceReason({ nodeName, unwantedSinceUs = 0 }: Attachment): string | undefined {
    const node = this.#informers.nodes.get(nodeName);
    if (node?.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE)) return 'out-of-service';
    const isLate = this.#simulation.now > unwantedSinceUs + constants.maxWaitForUnmountUs;
    return isLate && !isHealthy(node) ? 'timeout' : undefined;
  }

  /** As the node says; one that is gone has nothing mounted. */
  #isMounted({ volume, nodeName }: Attachment): boolean {
    const node = this.#informers.nodes.get(nodeName);
    return node?.status?.volumesInUse?.includes(volume.name) === true;
  }

  #attachWanted(volume: AttachableVolume): void {
    for (const nodeName of this.#wanted.nodesOf(volume.name)) {
      const known = this.#attached.of(volume.name, nodeName);
      if (known !== undefined && known.state !== 'unsure') continue;
      const others = this.#attached
        .ofVolume(volume.name)
        .filter((each) => each.nodeName !== nodeName);
      if (!volume.isMultiAttachable && others.length > 0) {
        this.#reportMultiAttach(volume, nodeName, others);
        continue;
      }
      if (known !== undefined && !this.#mayRetry(known)) continue;
      const attachment = known ?? new Attachment(volume, nodeName, this.#simulation.now);
      attachment.state = 'attaching';
      attachment.sinceUs = this.#simulation.now;
      if (known === undefined) this.#attached.add(attachment);
      this.#calls.attach(attachment);
    }
  }

  /** Whether its backoff is over; if not, the volume comes again then. */
  #mayRetry({ volume, notBeforeUs }: Attachment): boolean {
    if (this.#simulation.now >= notBeforeUs) return true;
    this.#workAgain(volume, notBeforeUs);
    return false;
  }

  #workAgain(volume: AttachableVolume, at: SimTime): void {
    const delayUs = at - this.#simulation.now;
    if (delayUs < 0) return;
    this.#work.set(volume.name, volume);
    this.#wake(delayUs);
  }

  #ended(attachment: Attachment, isAttach: boolean, fault: string | undefined): void {
    const { volume, nodeName, sinceUs } = attachment;
    const operation = isAttach ? 'volume_attach' : 'volume_detach';
    const durationUs = this.#simulation.now - sinceUs;
    this.#monitor?.volumes?.storageOperated(
      operation,
      `${csiPluginName}:${volume.driver}`,
      fault === undefined,
      durationUs,
    );
    if (fault === undefined) {
      attachment.retryUs = 0;
      if (isAttach) this.#onAttached(attachment);
      else this.#attached.delete(attachment);
    } else {
      const { retryInitialUs, retryMaxUs } = constants;
      attachment.state = 'unsure';
      attachment.retryUs = Math.min(Math.max(retryInitialUs, 2 * attachment.retryUs), retryMaxUs);
      attachment.notBeforeUs = this.#simulation.now + attachment.retryUs;
      const name = volume.persistentVolumeName;
      const message = `AttachVolume.Attach failed for volume "${name}" : ${fault}`;
      if (isAttach) this.#tell(volume, nodeName, 'Warning', 'FailedAttachVolume', message);
    }
    this.#noteWork(volume);
  }

  #onAttached(attachment: Attachment): void {
    const { volume, nodeName } = attachment;
    attachment.state = 'attached';
    this.#reports.note(nodeName);
    const message = `AttachVolume.Attach succeeded for volume "${volume.persistentVolumeName}"`;
    this.#tell(volume, nodeName, 'Normal', 'SuccessfulAttachVolume', message);
  }

  #tell(
    volume: AttachableVolume,
    nodeName: string,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    for (const pod of this.#wanted.podsOf(volume.name, nodeName).values()) {
      this.#recorder.record(pod, type, reason, message);
    }
  }

  /** Said once to each pod that waits. */
  #reportMultiAttach(
    { name, persistentVolumeName }: AttachableVolume,
    nodeName: string,
    others: readonly Attachment[],
  ): void {
    const users = others
      .flatMap((each): Pod[] => [...this.#wanted.podsOf(name, each.nodeName).values()])
      .map(({ metadata }) => metadata.name)
      .sort(ascending);
    const why =
      users.length === 0
        ? "Volume is already exclusively attached to one node and can't be attached to another"
        : `Volume is already used by pod(s) ${users.join(', ')}`;
    const message = `Multi-Attach error for volume "${persistentVolumeName}" ${why}`;
    for (const pod of this.#wanted.podsOf(name, nodeName).values()) {
      const key = `${name}/${pod.metadata.uid}`;
      if (this.#toldPods.has(key)) continue;
      this.#toldPods.add(key);
      this.#recorder.record(pod, 'Warning', 'FailedAttachVolume', message);
    }
  }
}

function isHealthy(node: Node | undefined): boolean {
  return node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
}

/** What of a node, besides the volumes it uses, decides whether volumes are detached from it. */
function placement(node: Node): string {
  const isOut = node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
  return `${isOut} ${isHealthy(node)}`;
}
