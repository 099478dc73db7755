// Passes over the cluster that kube-scheduler's plugins make in PreFilter and PreScore, in every
// cycle, where kubeclock keeps counts instead. They decide nothing; the cost model charges them.
// Source: kube-scheduler v1.36 plugins/{podtopologyspread,interpodaffinity} (what is walked over);
// reference: scheduler 6.3.

/** Which pass it is. */
export type WalkName =
  /** PodTopologySpread, PreFilter: counts pods for the DoNotSchedule constraints. */
  | 'spreadPreFilter'
  /** PodTopologySpread, PreScore: counts pods for the ScheduleAnyway constraints. */
  | 'spreadPreScore'
  /** InterPodAffinity, PreFilter: pods on nodes against the pod's own required terms. */
  | 'ownAffinity'
  /** InterPodAffinity, PreFilter: required anti-affinity of pods on nodes against the pod. */
  | 'othersAntiAffinity'
  /** InterPodAffinity, PreScore: terms of both sides. */
  | 'affinityPreScore';

/** One pass. */
export interface PluginWalk {
  readonly name: WalkName;
  /** Nodes that it visits whether or not they have pods that matter. */
  readonly nodes: number;
  /** Pods that it compares; several times where there are several selectors. */
  readonly pods: number;
  /** Of these, the ones that match and are written down. */
  readonly matches: number;
}
