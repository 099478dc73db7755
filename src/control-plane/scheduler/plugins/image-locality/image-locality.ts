// ImageLocality: prefers nodes that have the pod's images, the more so the more nodes have them.
// Source: kube-scheduler v1.36 plugins/imagelocality; reference: scheduler 2.4.

import type { PodSpec } from '../../../../api/pod.js';
import type { Snapshot } from '../../cache/snapshot.js';
import type { CycleState } from '../../framework/cycle-state.js';
import { maxNodeScore } from '../../framework/normalize-score.js';
import type {
  ClusterEventWithHint,
  NodeList,
  RowScore,
  ScorePlugin,
} from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';

const zeroEverywhere: RowScore = { key: [], scoreOf: () => 0 };
const mebibyte = 1_048_576;
/** Below this sum of sizes an image is as good as absent. */
const minThresholdBytes = 23 * mebibyte;
const maxContainerThresholdBytes = 1000 * mebibyte;

/** The name under which nodes report an image: with `:latest` when it has no tag. */
export function normalizedImageName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

/** Images of init containers, containers and image volumes, with repetitions. */
function imagesOf(spec: PodSpec): string[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const volumes = (spec.volumes ?? []).flatMap((volume) => {
    const source = (volume as { readonly image?: { readonly reference?: string } }).image;
    return source === undefined ? [] : [source.reference ?? ''];
  });
  return [...containers.map(({ image }) => image ?? ''), ...volumes].map(normalizedImageName);
}

/** Score. Free while no node reports images. */
export class ImageLocality implements ScorePlugin {
  readonly name = 'ImageLocality';

  score(
    _state: CycleState,
    { pod }: PodInfo,
    { rows, count }: NodeList,
    { images, count: totalNodes }: Snapshot,
    scores: Float64Array,
  ): undefined {
    scores.fill(0, 0, count);
    for (const image of imagesOf(pod.spec)) {
      const summaries = images.summariesOf(image);
      if (summaries === undefined || summaries.size === 0) continue;
      for (let i = 0; i < count; i++) {
        const summary = summaries.get(rows[i]!);
        if (summary === undefined) continue;
        const spread = summary.numNodes / totalNodes;
        scores[i]! += Math.trunc(summary.sizeBytes * spread);
      }
    }
    const containers = (pod.spec.initContainers?.length ?? 0) + pod.spec.containers.length;
    const highest = maxContainerThresholdBytes * containers;
    for (let i = 0; i < count; i++) {
      const sum = Math.min(Math.max(scores[i]!, minThresholdBytes), highest);
      const share = (maxNodeScore * (sum - minThresholdBytes)) / (highest - minThresholdBytes);
      scores[i] = Math.floor(share);
    }
  }

  rowScore(_pod: PodInfo, { images }: Snapshot): RowScore | undefined {
    return images.isEmpty ? zeroEverywhere : undefined;
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [];
  }
}
