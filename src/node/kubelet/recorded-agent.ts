// The node agents of the recorded timelines as settings: they write statuses as a kubelet does and
// know nothing of sandboxes, volumes, images or Events. With a runtime of exact times, a pod is
// reported running and ready 1 s after it was seen, and stopped 1 s after it was asked to go.
// Source: recorded timelines of a v1.36 control plane (shared golden timelines, README).
import type { KubeletSettings } from './constants.js';

/** For KubeletFleetOptions.settings. */
export const recordedAgentSettings: Partial<KubeletSettings> = {
  syncLoopUs: 0,
  podDirectoriesP50Us: 0,
  podDirectoriesP99Us: 0,
  mountP50Us: 0,
  mountP99Us: 0,
  volumeLoopUs: 0,
  requestTokens: false,
  relistPeriodUs: 0,
  relistUs: 0,
  relistPerPodNanoseconds: 0,
  podRelistUs: 0,
  recordEvents: false,
  reportPodSandbox: false,
};
