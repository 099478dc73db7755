// FlowSchema and PriorityLevelConfiguration as the API server takes them: defaults, validation, the
// objects of every cluster, and what they weigh.
import { describe, expect, it, test } from 'vitest';
import { defaultObject } from '../../src/api/defaulting.js';
import { encodedBytes } from '../../src/api/encoded-size.js';
import { checkFields } from '../../src/api/field-check.js';
import type { FlowSchema } from '../../src/api/flow-control.js';
import {
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  suggestedFlowSchemas,
  suggestedPriorityLevels,
} from '../../src/api/flow-control-bootstrap.js';
import { validateObject } from '../../src/api/validation.js';
import { recorded } from './defaulting-harness.js';
import { found, type Json } from './validation-harness.js';

const version = 'flowcontrol.apiserver.k8s.io/v1';
const levels = [...mandatoryPriorityLevels, ...suggestedPriorityLevels];
const schemas = [...mandatoryFlowSchemas, ...suggestedFlowSchemas];

const subject: Json = { kind: 'User', user: { name: 'u' } };
const rule: Json = { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] };
const schema = (spec: Json): Json => ({
  spec: {
    priorityLevelConfiguration: { name: 'level' },
    rules: [{ subjects: [subject], resourceRules: [rule] }],
    ...spec,
  },
});
const inRule = (fields: Json): Json => schema({ rules: [{ subjects: [subject], ...fields }] });
const inResourceRule = (fields: Json): Json => inRule({ resourceRules: [{ ...rule, ...fields }] });
const ofSubject = (fields: Json): Json =>
  schema({ rules: [{ subjects: [fields], resourceRules: [rule] }] });
const limited = (fields: Json): Json => ({
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...fields } },
});
const queuing = (fields: Json): Json =>
  limited({ limitResponse: { type: 'Queue', queuing: fields } });

describe('the objects of every cluster', () => {
  test('are valid and complete: defaulting adds nothing', () => {
    for (const object of [...levels, ...schemas]) {
      expect(checkFields(object as unknown as Json), object.metadata.name).toEqual([]);
      expect(validateObject(object), object.metadata.name).toEqual([]);
      expect(defaultObject(object)).toBe(object);
    }
  });

  test('are eight levels whose shares sum to 245, and eleven schemas', () => {
    const shares = levels.map(({ spec }) => spec.limited?.nominalConcurrencyShares ?? 0);
    expect(shares.reduce((sum, each) => sum + each, 0)).toBe(245);
    expect(levels).toHaveLength(8);
    expect(schemas).toHaveLength(11);
    const names = new Set(levels.map(({ metadata }) => metadata.name));
    const missing = schemas.filter(({ spec }) => !names.has(spec.priorityLevelConfiguration.name));
    expect(missing).toEqual([]);
  });

  test('weigh what was recorded: 614 bytes a level, 1,037 a schema on average', () => {
    const condition = ({ spec }: FlowSchema): Json => ({
      type: 'Dangling',
      status: 'False',
      lastTransitionTime: 0,
      reason: 'Found',
      message: `This FlowSchema references the PriorityLevelConfiguration object named "${spec.priorityLevelConfiguration.name}" and it exists`,
    });
    const uid = '8c9dd2d1-92ab-4d57-9c2d-8a5e6a3fa111';
    const stored = { uid, creationTimestamp: 0, generation: 1, resourceVersion: 1 };
    const mean = (sizes: readonly number[]): number =>
      sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const levelBytes = levels.map((level) =>
      encodedBytes({ ...level, metadata: { ...level.metadata, ...stored } }),
    );
    const schemaBytes = schemas.map((each) =>
      encodedBytes({
        ...each,
        metadata: { ...each.metadata, ...stored },
        status: { conditions: [condition(each)] },
      } as unknown as FlowSchema),
    );
    // The managed fields of these objects name a longer manager than the estimate assumes.
    for (const ratio of [mean(levelBytes) / 614, mean(schemaBytes) / 1036.6]) {
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.1);
    }
  });
});

describe('defaults', () => {
  it.each<[string, Json, readonly string[]]>([
    ['FlowSchema', schema({}), ['spec.matchingPrecedence = 1000']],
    ['FlowSchema', schema({ matchingPrecedence: 7 }), []],
    [
      'PriorityLevelConfiguration',
      { spec: { type: 'Exempt' } },
      ['spec.exempt.nominalConcurrencyShares = 0', 'spec.exempt.lendablePercent = 0'],
    ],
    [
      'PriorityLevelConfiguration',
      queuing({ queues: 8 }),
      [
        'spec.limited.nominalConcurrencyShares = 30',
        'spec.limited.lendablePercent = 0',
        'spec.limited.limitResponse.queuing.handSize = 8',
        'spec.limited.limitResponse.queuing.queueLengthLimit = 50',
      ],
    ],
  ])('of a %s with %j', (kind, rest, expected) => {
    expect(recorded(kind, version, rest)).toEqual(expected);
  });
});

describe('a FlowSchema', () => {
  const serviceAccount = { namespace: 'ns', name: '*' };
  it.each<[string, Json, readonly string[]]>([
    ['that is right', schema({}), []],
    ['of every service account', ofSubject({ kind: 'ServiceAccount', serviceAccount }), []],
    [
      'without a level and with a precedence too high',
      schema({ priorityLevelConfiguration: { name: '' }, matchingPrecedence: 10_001 }),
      [
        'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
        'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
      ],
    ],
    [
      'of precedence 1',
      schema({ matchingPrecedence: 1 }),
      [
        "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      ],
    ],
    [
      'of a precedence below 1',
      schema({ matchingPrecedence: -1 }),
      ['spec.matchingPrecedence: Invalid value: -1: must be a positive value'],
    ],
    [
      'that tells flows apart by something else',
      schema({ distinguisherMethod: { type: 'ByMoon' } }),
      [
        'spec.distinguisherMethod.type: Unsupported value: "ByMoon": supported values: "ByNamespace", "ByUser"',
      ],
    ],
    [
      'with an empty rule',
      schema({ rules: [{}] }),
      [
        'spec.rules[0].subjects: Required value: subjects must contain at least one value',
        'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
      ],
    ],
    [
      'of a subject that is two things',
      ofSubject({ kind: 'Group', user: { name: 'u' } }),
      [
        "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
        "spec.rules[0].subjects[0].group: Required value: group is required when subject kind is 'Group'",
      ],
    ],
    [
      'of a subject of no known kind',
      ofSubject({ kind: 'Robot' }),
      [
        'spec.rules[0].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
      ],
    ],
    [
      'of a service account without a namespace',
      ofSubject({ kind: 'ServiceAccount', serviceAccount: { name: 'a' } }),
      [
        'spec.rules[0].subjects[0].serviceAccount.namespace: Required value: must specify namespace for service account',
      ],
    ],
    [
      'whose rule says too little',
      inRule({ resourceRules: [{ verbs: [], apiGroups: [], resources: [] }] }),
      [
        'spec.rules[0].resourceRules[0].verbs: Required value: verbs must contain at least one value',
        'spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'spec.rules[0].resourceRules[0].resources: Required value: resource rules must supply at least one resource',
        'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      ],
    ],
    ['for the cluster scope only', inResourceRule({ namespaces: [], clusterScope: true }), []],
    [
      'whose rule says everything and more',
      inResourceRule({ verbs: ['*', 'get'], resources: ['*', 'pods'], namespaces: ['*', 'a'] }),
      [
        'spec.rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if \'*\' is present, must not specify other verbs',
        'spec.rules[0].resourceRules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources',
        'spec.rules[0].resourceRules[0].namespaces: Invalid value: ["*","a"]: if \'*\' is present, must not specify other namespaces',
      ],
    ],
    [
      'with an unknown verb',
      inResourceRule({ verbs: ['fetch'] }),
      [
        'spec.rules[0].resourceRules[0].verbs: Unsupported value: "fetch": supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      ],
    ],
  ])('%s', (_, rest, expected) => {
    expect(found('FlowSchema', version, rest)).toEqual(expected);
  });

  it.each([
    ['', 'must not be empty'],
    ['healthz', 'must start with slash'],
    ['/a b', 'must not contain white-space'],
    ['/a//b', 'must not contain double slash'],
    ['/a*', 'wildcard can only do suffix matching'],
    ['/*/a', 'wildcard can only do suffix matching'],
    ['/a/*', undefined],
    ['/', undefined],
  ])('for the path "%s": %s', (url, fault) => {
    const rules = inRule({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs: [url] }] });
    const at = 'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]';
    const expected = fault === undefined ? [] : [`${at}: Invalid value: "${url}": ${fault}`];
    expect(found('FlowSchema', version, rules)).toEqual(expected);
  });

  test('named exempt or catch-all has the spec it always has', () => {
    const problems = found('FlowSchema', version, {
      ...schema({}),
      metadata: { name: 'catch-all' },
    });
    expect(problems.join()).toContain("spec of 'catch-all' must equal the fixed value");
  });
});

describe('a PriorityLevelConfiguration', () => {
  const at = 'spec.limited.limitResponse';
  it.each<[string, Json, readonly string[]]>([
    ['that rejects', limited({}), []],
    ['without seats of its own', limited({ nominalConcurrencyShares: 0 }), []],
    [
      'of impossible shares',
      limited({ nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -2 }),
      [
        'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
        'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
        'spec.limited.borrowingLimitPercent: Invalid value: -2: if specified, must be a non-negative integer',
      ],
    ],
    [
      'that is exempt under another name',
      { spec: { type: 'Exempt' } },
      [
        "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'",
      ],
    ],
    [
      'of no known type',
      { spec: { type: 'Endless' } },
      ['spec.type: Unsupported value: "Endless": supported values: "Exempt", "Limited"'],
    ],
    [
      'that is limited and does not say how',
      { spec: { type: 'Limited' } },
      ['spec.limited: Required value: must not be empty when type is Limited'],
    ],
    [
      'that queues without queues',
      limited({ limitResponse: { type: 'Queue' } }),
      [`${at}.queuing: Required value: must not be empty if limited.limitResponse.type is Limited`],
    ],
    [
      'that rejects and queues',
      limited({ limitResponse: { type: 'Reject', queuing: {} } }),
      [`${at}.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited`],
    ],
    [
      'without a response',
      { spec: { type: 'Limited', limited: {} } },
      [`${at}.type: Unsupported value: "": supported values: "Queue", "Reject"`],
    ],
    [
      'whose hand is larger than the deck',
      queuing({ queues: 4, handSize: 5, queueLengthLimit: 0 }),
      [
        `${at}.queuing.queueLengthLimit: Invalid value: 0: must be positive`,
        `${at}.queuing.handSize: Invalid value: 5: should not be greater than queues (4)`,
      ],
    ],
    ['that uses 60 bits of the hash', queuing({ queues: 64, handSize: 10 }), []],
    [
      'that uses more',
      queuing({ queues: 65, handSize: 10 }),
      [
        `${at}.queuing.handSize: Invalid value: 10: required entropy bits of deckSize 65 and handSize 10 should not be greater than 60`,
      ],
    ],
    [
      'of more queues than there may be',
      queuing({ queues: 10_000_001, handSize: -1 }),
      [
        `${at}.queuing.queues: Invalid value: 10000001: must not be greater than 10000000`,
        `${at}.queuing.handSize: Invalid value: -1: must be positive`,
      ],
    ],
  ])('%s', (_, rest, expected) => {
    expect(found('PriorityLevelConfiguration', version, rest)).toEqual(expected);
  });

  test('named exempt may change its shares and nothing else', () => {
    const metadata = { name: 'exempt' };
    const spec = { type: 'Exempt', exempt: { nominalConcurrencyShares: 10, lendablePercent: 50 } };
    expect(found('PriorityLevelConfiguration', version, { metadata, spec })).toEqual([]);
    const other = found('PriorityLevelConfiguration', version, { ...limited({}), metadata });
    expect(other.join()).toContain("except the 'spec.exempt' field must equal the fixed value");
  });

  test('named catch-all has the spec it always has', () => {
    const [, catchAll] = mandatoryPriorityLevels;
    const metadata = { name: 'catch-all' };
    const other = found('PriorityLevelConfiguration', version, { ...limited({}), metadata });
    expect(other).toHaveLength(1);
    expect(validateObject(catchAll as never)).toEqual([]);
  });
});
