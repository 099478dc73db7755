/**
 * Reads `autoscaling/v1` autoscalers, which Kubernetes 1.36 still serves, as `autoscaling/v2`.
 *
 * Left out: metrics and behaviour that v1 keeps in annotations.
 *
 * Source: Kubernetes v1.36 `pkg/apis/autoscaling/v1` conversion.
 */

type JsonObject = Readonly<Record<string, unknown>>;

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

/** The same autoscaler in the v2 form: the CPU percentage becomes a resource metric. */
export function convertAutoscalerV1(object: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = objectAt(object, 'spec');
  const { currentCPUUtilizationPercentage: _current, ...status } = objectAt(object, 'status');
  const metric = {
    type: 'Resource',
    resource: {
      name: 'cpu',
      target: { type: 'Utilization', averageUtilization: target },
    },
  };
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    spec: target === undefined ? spec : { ...spec, metrics: [metric] },
    ...(object['status'] === undefined ? {} : { status }),
  };
}
