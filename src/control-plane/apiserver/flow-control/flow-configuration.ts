// What an apiserver makes of the FlowSchemas and PriorityLevelConfigurations that it finds: the
// order in which schemas are tried, the mandatory objects in the place of missing ones, and which
// schemas name a level that is not there.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/apf_controller.go digestConfigObjects
// (reference: controlplane B3).
import {
  CATCH_ALL,
  EXEMPT,
  type FlowSchema,
  type FlowSchemaCondition,
  type PriorityLevelConfiguration,
} from '../../../api/flow-control.js';
import {
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
} from '../../../api/flow-control-bootstrap.js';
import type { SimTime } from '../../../kernel/time.js';

/** A configuration that can be put to use. */
export interface FlowConfiguration {
  /** By name; the mandatory ones are there. */
  readonly levels: readonly PriorityLevelConfiguration[];
  /** In the order in which they are tried; each names a level above. */
  readonly schemas: readonly FlowSchema[];
}

const DEFAULT_PRECEDENCE = 1000;

/** Digests the objects as they are stored. */
export function flowConfiguration(
  levels: readonly PriorityLevelConfiguration[],
  schemas: readonly FlowSchema[],
): FlowConfiguration {
  const usable = [...levels.filter(isUsable)];
  for (const mandatory of mandatoryPriorityLevels) {
    if (!usable.some((each) => nameOf(each) === nameOf(mandatory))) usable.push(mandatory);
  }
  usable.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const names = new Set(levels.filter(isUsable).map(nameOf));
  const ordered = schemas.filter((schema) => names.has(levelOf(schema))).sort(byPrecedence);
  const [exempt, catchAll] = mandatoryFlowSchemas as readonly [FlowSchema, FlowSchema];
  const has = (name: string): boolean => ordered.some((each) => nameOf(each) === name);
  return {
    levels: usable,
    schemas: [...(has(EXEMPT) ? [] : [exempt]), ...ordered, ...(has(CATCH_ALL) ? [] : [catchAll])],
  };
}

function nameOf({ metadata }: FlowSchema | PriorityLevelConfiguration): string {
  return metadata.name;
}

function levelOf({ spec }: FlowSchema): string {
  return spec.priorityLevelConfiguration.name;
}

/** Lower precedence first, then by name. */
function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const { matchingPrecedence: first = DEFAULT_PRECEDENCE } = a.spec;
  const { matchingPrecedence: second = DEFAULT_PRECEDENCE } = b.spec;
  return first === second ? (nameOf(a) < nameOf(b) ? -1 : 1) : first - second;
}

/** Whether the parts of a level fit together; others are passed over as if they did not exist. */
function isUsable({ metadata, spec }: PriorityLevelConfiguration): boolean {
  const isExempt = spec.type === 'Exempt';
  if (isExempt !== (metadata.name === EXEMPT) || isExempt !== (spec.limited === undefined)) {
    return false;
  }
  const response = spec.limited?.limitResponse;
  return isExempt || (response?.type === 'Queue') === (response?.queuing !== undefined);
}

/**
 * The condition that an apiserver writes to a schema: whether the level that it names exists.
 * Undefined when it is there already.
 */
export function danglingCondition(
  schema: FlowSchema,
  levels: readonly PriorityLevelConfiguration[],
  now: SimTime,
): FlowSchemaCondition | undefined {
  const level = levelOf(schema);
  const isFound = levels.some((each) => nameOf(each) === level && isUsable(each));
  const status = isFound ? 'False' : 'True';
  const reason = isFound ? 'Found' : 'NotFound';
  const end = isFound ? 'and it exists' : 'but there is no such object';
  const message = `This FlowSchema references the PriorityLevelConfiguration object named "${level}" ${end}`;
  const present = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
  const isSame =
    present?.status === status && present.reason === reason && present.message === message;
  return isSame
    ? undefined
    : { type: 'Dangling', status, lastTransitionTime: now, reason, message };
}
