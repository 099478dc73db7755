/**
 * The kubelet of a node pool as a scenario writes it, in the words of KubeletConfiguration:
 * eviction thresholds, collection of images, limits of pods.
 */

import { z } from 'zod';
import { quantityProblem, quantityValue } from '../api/quantity.js';
import {
  defaultKubeletConfiguration,
  type EvictionSignal,
  type EvictionThreshold,
  evictionSignals,
  type KubeletConfiguration,
  type ThresholdValue,
} from '../node/kubelet/kubelet-configuration.js';
import { durationUs } from './duration.js';
import {
  duration,
  flag,
  mapping,
  numberWithin,
  positiveDuration,
  wholeNumber,
} from './schema-parts.js';

const percentage = /^\d+(?:\.\d+)?%$/;
const amountExpected = 'an amount such as 100Mi, or a share of the capacity such as 10%';

const amount = z
  .string({ error: amountExpected })
  .refine(
    (text) =>
      percentage.test(text)
        ? Number.parseFloat(text) < 100
        : quantityProblem(text) === undefined && quantityValue(text) >= 0,
    { error: amountExpected },
  );

/** A value for each signal that may have one. */
function perSignal<T extends z.ZodType>(value: T) {
  return mapping({
    'memory.available': value.optional().describe('Memory that nobody uses.'),
    'nodefs.available': value.optional().describe("Free bytes of the node's disk."),
    'nodefs.inodesFree': value.optional().describe("Free inodes of the node's disk."),
    'imagefs.available': value.optional().describe('Free bytes of the disk of images.'),
    'imagefs.inodesFree': value.optional().describe('Free inodes of the disk of images.'),
    'pid.available': value.optional().describe('Process ids that nobody uses.'),
  } satisfies Record<EvictionSignal, z.ZodOptional<T>>);
}

/** `kubelet` of a node pool. */
export const kubeletConfiguration = mapping({
  podsPerCore: wholeNumber(0, 10_000)
    .optional()
    .describe('Most pods for each core of the node; 0 for no such limit.'),
  evictionHard: perSignal(amount)
    .optional()
    .describe('Pods are evicted at once while less is available. Replaces all of the defaults.'),
  evictionSoft: perSignal(amount)
    .optional()
    .describe('Pods are evicted when less is available for a grace period.'),
  evictionSoftGracePeriod: perSignal(positiveDuration())
    .optional()
    .describe('One for each signal of evictionSoft.'),
  evictionMaxPodGracePeriod: wholeNumber(0)
    .optional()
    .describe('Seconds that a soft eviction lets a pod have at most.'),
  evictionMinimumReclaim: perSignal(amount)
    .optional()
    .describe('What must be available beyond a threshold before it counts as left behind.'),
  evictionPressureTransitionPeriod: duration()
    .optional()
    .describe('For how long a node stays under pressure after it is over.'),
  imageGCHighThresholdPercent: numberWithin(0, 100)
    .optional()
    .describe('Images are collected from this use of the disk on.'),
  imageGCLowThresholdPercent: numberWithin(0, 100)
    .optional()
    .describe('Down to this use of the disk.'),
  imageMinimumGCAge: duration().optional().describe('Younger images are left alone.'),
  featureGates: mapping({
    PLEGOnDemandRelist: flag()
      .optional()
      .describe('false: what runs is seen once a second only, as until 1.35.'),
  })
    .optional()
    .describe('Of the kubelet.'),
}).superRefine((text, context) => {
  const { imageGCHighThresholdPercent: high = 85, imageGCLowThresholdPercent: low = 80 } = text;
  if (low >= high) {
    const message = `a percentage below imageGCHighThresholdPercent, which is ${high}`;
    context.addIssue({ code: 'custom', path: ['imageGCLowThresholdPercent'], message });
  }
  for (const signal of evictionSignals) {
    if (text.evictionSoft?.[signal] === undefined) continue;
    if (text.evictionSoftGracePeriod?.[signal] !== undefined) continue;
    const message = `a grace period for ${signal} in evictionSoftGracePeriod`;
    context.addIssue({ code: 'custom', path: ['evictionSoft', signal], message });
  }
});

/** As written. */
export type KubeletConfigurationText = z.infer<typeof kubeletConfiguration>;

function thresholdOf(text: string): ThresholdValue {
  return percentage.test(text)
    ? { share: Number.parseFloat(text) / 100 }
    : { amount: quantityValue(text) };
}

/** What kubelets of a pool are started with; undefined when nothing is said. */
export function kubeletConfigurationOf(
  text: KubeletConfigurationText | undefined,
): KubeletConfiguration | undefined {
  if (text === undefined) return undefined;
  const base = defaultKubeletConfiguration;
  const { evictionMinimumReclaim = {}, evictionPressureTransitionPeriod: transition } = text;
  return {
    podsPerCore: text.podsPerCore ?? base.podsPerCore,
    evictionThresholds: thresholdsOf(text),
    evictionMinimumReclaim: new Map(
      evictionSignals.flatMap((signal) => {
        const value = evictionMinimumReclaim[signal];
        return value === undefined ? [] : [[signal, thresholdOf(value)]];
      }),
    ),
    evictionPressureTransitionPeriodUs:
      transition === undefined ? base.evictionPressureTransitionPeriodUs : durationUs(transition),
    evictionMaxPodGracePeriodUs: (text.evictionMaxPodGracePeriod ?? 0) * 1_000_000,
    imageGCHighThresholdPercent:
      text.imageGCHighThresholdPercent ?? base.imageGCHighThresholdPercent,
    imageGCLowThresholdPercent: text.imageGCLowThresholdPercent ?? base.imageGCLowThresholdPercent,
    imageMinimumGCAgeUs:
      text.imageMinimumGCAge === undefined
        ? base.imageMinimumGCAgeUs
        : durationUs(text.imageMinimumGCAge),
    onDemandRelist: text.featureGates?.PLEGOnDemandRelist ?? base.onDemandRelist,
  };
}

/** Hard thresholds first, each sort in the order of the signals. */
function thresholdsOf(text: KubeletConfigurationText): readonly EvictionThreshold[] {
  const { evictionHard, evictionSoft = {}, evictionSoftGracePeriod = {} } = text;
  const hard =
    evictionHard === undefined
      ? defaultKubeletConfiguration.evictionThresholds
      : evictionSignals.flatMap((signal): EvictionThreshold[] => {
          const value = evictionHard[signal];
          return value === undefined ? [] : [{ signal, value: thresholdOf(value), graceUs: 0 }];
        });
  const soft = evictionSignals.flatMap((signal): EvictionThreshold[] => {
    const value = evictionSoft[signal];
    const graceUs = durationUs(evictionSoftGracePeriod[signal]);
    return value === undefined ? [] : [{ signal, value: thresholdOf(value), graceUs }];
  });
  return [...hard, ...soft];
}
