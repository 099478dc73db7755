// How far and how fast an autoscaler may go.
import { describe, expect, it } from 'vitest';
import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
} from '../../../../src/api/horizontal-pod-autoscaler.js';
import {
  limitedScale,
  noteScale,
  type ScaleHistory,
} from '../../../../src/control-plane/controller-manager/horizontal-pod-autoscaler/scale-limits.js';

const SECOND = 1_000_000;

class Autoscaler {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly history: ScaleHistory = { recommendations: [], ups: [], downs: [] };
  replicas: number;
  seconds = 0;

  constructor(replicas: number, behavior?: HorizontalPodAutoscalerBehavior, maxReplicas = 100) {
    this.replicas = replicas;
    this.spec = {
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas,
      ...(behavior && { behavior }),
    };
  }

  /** Replicas after a sync that wants so many, then fifteen seconds pass. */
  want(desired: number): number {
    const { spec, history, replicas } = this;
    const now = this.seconds * SECOND;
    const found = limitedScale(spec, history, replicas, desired, now);
    noteScale(spec, history, found.replicas - replicas, now);
    this.replicas = found.replicas;
    this.seconds += 15;
    return found.replicas;
  }

  reasons(desired: number): readonly [stabilization: string, limit: string] {
    const now = this.seconds * SECOND;
    const { stabilization, limit } = limitedScale(
      this.spec,
      this.history,
      this.replicas,
      desired,
      now,
    );
    return [stabilization.reason, limit.reason];
  }
}

describe('without behaviours', () => {
  it('a sync doubles the replicas at most, and reaches four at once', () => {
    expect(new Autoscaler(4).want(8)).toBe(8);
    expect(new Autoscaler(5).want(30)).toBe(10);
    expect(new Autoscaler(1).want(30)).toBe(4);
  });

  it('the bounds hold', () => {
    expect(new Autoscaler(6, undefined, 8).want(12)).toBe(8);
    expect(new Autoscaler(6).reasons(40)).toEqual(['ReadyForNewScale', 'ScaleUpLimit']);
    expect(new Autoscaler(6, undefined, 8).reasons(12)[1]).toBe('TooManyReplicas');
    expect(new Autoscaler(6).reasons(1)[1]).toBe('TooFewReplicas');
    expect(new Autoscaler(6).reasons(5)[1]).toBe('DesiredWithinRange');
  });

  it('the highest recommendation of five minutes holds the replicas up', () => {
    const autoscaler = new Autoscaler(8);
    autoscaler.want(8);
    const held = Array.from({ length: 19 }, () => autoscaler.want(3));
    expect(new Set(held)).toEqual(new Set([8]));
    expect(autoscaler.reasons(3)).toEqual(['ReadyForNewScale', 'DesiredWithinRange']);
    expect(autoscaler.want(3)).toBe(3);
    expect(autoscaler.seconds).toBe(315);
  });

  it('says that it waits', () => {
    const autoscaler = new Autoscaler(8);
    autoscaler.want(8);
    expect(autoscaler.reasons(3)[0]).toBe('ScaleDownStabilized');
  });
});

describe('with behaviours', () => {
  const policy = (type: 'Pods' | 'Percent', value: number, periodSeconds: number) => ({
    type,
    value,
    periodSeconds,
  });

  it('policies count what has happened in their periods', () => {
    const scaleUp = { policies: [policy('Pods', 4, 60)] };
    const autoscaler = new Autoscaler(4, { scaleUp });
    const sizes = Array.from({ length: 6 }, () => autoscaler.want(50));
    expect(sizes).toEqual([8, 8, 8, 8, 12, 12]);
  });

  it('the policy that changes most decides, or with Min the one that changes least', () => {
    const policies = [policy('Pods', 4, 15), policy('Percent', 100, 15)];
    expect(new Autoscaler(10, { scaleUp: { policies } }).want(50)).toBe(20);
    expect(new Autoscaler(10, { scaleUp: { policies, selectPolicy: 'Min' } }).want(50)).toBe(14);
    const down = {
      stabilizationWindowSeconds: 0,
      policies: [policy('Pods', 4, 15), policy('Percent', 10, 15)],
    };
    expect(new Autoscaler(20, { scaleDown: down }).want(3)).toBe(16);
    expect(new Autoscaler(20, { scaleDown: { ...down, selectPolicy: 'Min' } }).want(3)).toBe(18);
  });

  it('a direction can be turned off', () => {
    const scaleDown = { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' as const };
    expect(new Autoscaler(8, { scaleDown }).want(2)).toBe(8);
    expect(new Autoscaler(8, { scaleDown }).reasons(2)[1]).toBe('ScaleDownLimit');
  });

  it('the lowest recommendation of a window holds the replicas down', () => {
    const scaleUp = {
      stabilizationWindowSeconds: 60,
      policies: [policy('Percent', 900, 15)],
    };
    const autoscaler = new Autoscaler(4, { scaleUp });
    autoscaler.want(4);
    const sizes = Array.from({ length: 5 }, () => autoscaler.want(20));
    expect(sizes).toEqual([4, 4, 4, 20, 20]);
  });
});
