// What a change can be waiting for, one thing at a time, in the order of its way through the
// cluster. Where several things are under way at once the first of them counts: what comes after it
// has to wait for it anyhow.

/** What a change waits for; named as in convergence.csv. */
export const activities = [
  'api_call',
  'create_limit',
  'create',
  'unschedulable',
  'schedule',
  'bind_limit',
  'bind',
  'volume',
  'sandbox',
  'image_pull',
  'container_start',
  'readiness',
  'run',
  'terminate_limit',
  'terminate',
  'empty',
  'load_balancer',
  'publish_limit',
  'publish',
  'program',
  'dns',
] as const;

export type Activity = (typeof activities)[number];

/** Activities of clients that have a limit, and what their time in its queue counts as. */
const limits: ReadonlyMap<Activity, Activity> = new Map([
  ['create', 'create_limit'],
  ['bind', 'bind_limit'],
  ['terminate', 'terminate_limit'],
  ['publish', 'publish_limit'],
]);

/** What waiting for the client's own limit during an activity counts as; undefined: nobody waits. */
export function limitOf(activity: Activity): Activity | undefined {
  return limits.get(activity);
}

/** Who is at work, for people; those with a limit are named by their client. */
const causes: Readonly<Record<Activity, string>> = {
  api_call: "the client's call to the API",
  create_limit: 'controllers waiting for the limits of their clients',
  create: 'controllers at work on the objects',
  unschedulable: 'no node that fits the pods',
  schedule: 'pods waiting for kube-scheduler',
  bind_limit: 'kube-scheduler waiting for the limit of its client',
  bind: 'pods being bound, and volumes provisioned for them',
  volume: 'claims and their pods waiting for volumes',
  sandbox: 'volumes, sandboxes and networks of pods',
  image_pull: 'images being pulled',
  container_start: 'containers being started',
  readiness: 'started pods becoming Ready',
  run: 'pods running to their end',
  terminate_limit: 'deletions waiting for the limit of their client',
  terminate: 'unwanted pods coming to their end',
  empty: 'the namespace controller deleting what is in the namespace',
  load_balancer: 'the cloud making load balancers',
  publish_limit: 'the EndpointSlice controller waiting for the limit of its client',
  publish: 'the EndpointSlice controller at work',
  program: 'kube-proxies programming the endpoints',
  dns: 'the cluster DNS following the endpoints',
};

export function causeOf(activity: Activity): string {
  return causes[activity];
}
