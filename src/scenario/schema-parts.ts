/**
 * The words of the scenario schema: durations, quantities, counts, distributions, each with the
 * expectation that a message shows.
 *
 * The error text of a part is `expectation` or `expectation\nsuggestion`; that of a mapping lists
 * its keys. `schema-problems.ts` turns both into problems with positions.
 */

import { z } from 'zod';
import { formatBytes, parseQuantity, quantityProblem, quantityValue } from '../api/quantity.js';
import { type DistributionText, distributionFault, distributionOf } from './distribution-text.js';
import {
  durationPattern,
  parseDuration,
  signedDurationPattern,
  signedDurationUs,
} from './duration.js';

interface RawIssue {
  readonly code?: string | undefined;
  readonly input?: unknown;
}

type ErrorText = (issue: RawIssue) => string;

/** An expectation with what to write instead, where that can be told from the value. */
function expecting(expected: string, suggest?: (value: unknown) => string | undefined): ErrorText {
  return ({ input }) => {
    const suggestion = suggest?.(input);
    return suggestion === undefined ? expected : `${expected}\n${suggestion}`;
  };
}

/** A mapping without unknown keys. */
export function mapping<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const keys = Object.keys(shape).join(' ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? keys : 'a mapping'),
  });
}

/** A mapping that may have further keys, which are not read. */
export function looseMapping<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$loose> {
  return z.looseObject(shape, { error: 'a mapping' });
}

/** Values by name, for templates. */
export const values: z.ZodRecord<z.ZodString, z.ZodUnknown> = z.record(z.string(), z.unknown(), {
  error: 'a mapping of names to values',
});

/** A list of at least `min` items. */
export function list<T extends z.ZodType>(item: T, what: string, min = 0): z.ZodArray<T> {
  const error = min === 0 ? `a list of ${what}` : `a list of at least ${min} of ${what}`;
  return z.array(item, { error }).min(min, { error });
}

/** Text of at least one character. */
export function text(expected: string): z.ZodString {
  const error = expecting(expected, (value) =>
    typeof value === 'number' || typeof value === 'boolean' ? `"${value}"` : undefined,
  );
  return z.string({ error }).min(1, { error });
}

/** Text that matches a pattern. */
export function textLike(pattern: RegExp, expected: string): z.ZodString {
  return text(expected).regex(pattern, { error: expected });
}

/** One of the given words. */
export function oneOf<const T extends readonly string[]>(
  words: T,
): z.ZodEnum<z.core.util.ToEnum<T[number]>> {
  return z.enum(words, { error: `one of ${words.join(', ')}` });
}

/** A whole number in a range. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodInt {
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
  const error = expecting(`a whole number, ${range}`, (value) =>
    typeof value === 'string' && /^\d+$/.test(value) ? value : undefined,
  );
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A number above 0. */
export function positiveNumber(): z.ZodNumber {
  const error = 'a number above 0';
  return z.number({ error }).positive({ error });
}

/** A number in a range, both ends included. */
export function numberWithin(min: number, max: number): z.ZodNumber {
  const error = `a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'true or false' });
}

const durationExpected = 'a duration such as 500ms, 30s or 1m30s';
const durationError = expecting(durationExpected, (value) =>
  typeof value === 'number' && value >= 0 ? `${value}s` : undefined,
);

/** A duration. A bare number is refused, because nobody can tell whether seconds were meant. */
export function duration(): z.ZodString {
  return z
    .string({ error: durationError })
    .regex(durationPattern, { error: durationError, abort: true })
    .refine((value) => parseDuration(value) !== undefined, { error: 'a duration below 285 years' });
}

/** A duration above 0. */
export function positiveDuration(): z.ZodString {
  return duration().refine((value) => parseDuration(value) !== 0, {
    error: `${durationExpected}, above 0`,
  });
}

const offsetExpected = 'a duration forward or back such as 90s or -90s';
const longestOffsetUs = 86_400_000_000;

/** A duration that may be negative: from -24h to 24h, but for 0. */
export function clockOffset(): z.ZodString {
  return z
    .string({ error: offsetExpected })
    .regex(signedDurationPattern, { error: offsetExpected, abort: true })
    .refine(
      (value) => {
        const us = signedDurationUs(value);
        return us !== 0 && us >= -longestOffsetUs && us <= longestOffsetUs;
      },
      { error: `${offsetExpected}: not 0, and at most 24h either way` },
    );
}

/** One pebibyte: more than any node, link or image has. */
const pebi = 1_125_899_906_842_624;

/** A quantity above 0, written as text or as a number. */
export function quantity(
  expected: string,
  most: number = pebi,
): z.ZodUnion<readonly [z.ZodString, z.ZodNumber]> {
  return z
    .union([z.string(), z.number()], { error: expected })
    .refine((value) => quantityProblem(String(value).trim()) === undefined, {
      error: expected,
      abort: true,
    })
    .refine((value) => isWithin(String(value).trim(), most), {
      error: `${expected}, more than 0 and at most ${formatBytes(most)}`,
    });
}

/** Whether a quantity is above 0 and not above `most`. */
function isWithin(text: string, most: number): boolean {
  const { nano } = parseQuantity(text);
  return nano > 0n && nano <= BigInt(most) * 1_000_000_000n;
}

/** A distribution over what `leaf` writes, with durations or sizes as `amount` reads them. */
function distributionOver(
  leaf: z.ZodType<string>,
  amount: (text: string) => number,
  expected: string,
): z.ZodType<DistributionText> {
  const pair = z.tuple([leaf, leaf], { error: 'a pair [low, high]' });
  const schema: z.ZodType<DistributionText> = z
    .union(
      [
        leaf,
        mapping({ p50: leaf, p99: leaf }),
        mapping({ uniform: pair }),
        mapping({ exponential: leaf }),
        mapping({ gamma: mapping({ mean: leaf, shape: positiveNumber() }) }),
        mapping({ quantiles: list(z.tuple([z.number(), leaf]), 'pairs [probability, value]', 2) }),
        mapping({
          mixture: list(
            mapping({
              weight: positiveNumber(),
              get of(): z.ZodType<DistributionText> {
                return schema;
              },
            }),
            'parts {weight, of}',
            1,
          ),
        }),
      ],
      { error: expected },
    )
    .superRefine((value, context) => {
      const fault = distributionFault(distributionOf(value, amount));
      if (fault !== undefined)
        context.addIssue({ code: 'custom', message: `a distribution whose ${fault}` });
    });
  return schema;
}

const someDuration = 'a duration such as 5ms, or a distribution such as {p50: 2ms, p99: 8ms}';
const someSize = 'a size such as 60Mi, or a distribution such as {p50: 60Mi, p99: 700Mi}';

/** A duration, or a distribution of durations. */
export const durations: z.ZodType<DistributionText> = distributionOver(
  duration(),
  (value) => parseDuration(value) ?? 0,
  someDuration,
).meta({ id: 'Durations', description: someDuration });

const sizeExpected = 'a size in bytes such as 60Mi';
const sizeText = z
  .string({ error: sizeExpected })
  .refine((value) => quantityProblem(value) === undefined, { error: sizeExpected, abort: true })
  .refine((value) => isWithin(value, pebi), { error: sizeExpected });

/** A size in bytes, or a distribution of sizes. */
export const sizes: z.ZodType<DistributionText> = distributionOver(
  sizeText,
  quantityValue,
  someSize,
).meta({ id: 'Sizes', description: someSize });

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A name of a host, a pool, or what else a DNS label names. */
export function name(what: string): z.ZodString {
  return textLike(dnsLabel, `${what}: lower case letters, digits and "-", at most 63`);
}

/** A name of parts that are separated by dots, as nodes have them. */
export function subdomain(what: string): z.ZodString {
  const pattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
  return textLike(pattern, `${what}: lower case letters, digits, "-" and "."`).max(253);
}

/** Of a link or a disk. */
export const bandwidth: ReturnType<typeof quantity> = quantity(
  'bytes per second as a quantity, such as 125M',
);

/** What every operation has. */
export const timing = {
  at: duration().optional().describe('Not before this time since the start.'),
};

/** Rate limit of a client. */
export const clientLimit: z.ZodObject<{
  kubeAPIQPS: z.ZodOptional<z.ZodNumber>;
  kubeAPIBurst: z.ZodOptional<z.ZodInt>;
}> = mapping({
  kubeAPIQPS: positiveNumber().optional().describe('Requests a second of one client.'),
  kubeAPIBurst: wholeNumber(1).optional().describe('Requests that may be sent at once.'),
});

/** A component of which one replica leads. */
export const elected = {
  replicas: wholeNumber(1, 99).optional().describe('On the first hosts; all when absent.'),
  leaderElection: mapping({
    leaseDuration: positiveDuration()
      .optional()
      .describe('A lease that was not renewed for so long is free.'),
    renewDeadline: positiveDuration()
      .optional()
      .describe('A leader that could not renew for so long gives up.'),
    retryPeriod: positiveDuration().optional().describe('Between renewals.'),
  })
    .optional()
    .describe('How its replicas agree on who leads, by a Lease.'),
};

/** `Deployment/frontend` or `Deployment/shop/frontend`. */
export const target: z.ZodType<
  string | { kind: string; namespace?: string | undefined; name: string }
> = z.union(
  [
    textLike(/^[A-Za-z]+(?:\/[^/\s]+){1,2}$/, 'kind/name or kind/namespace/name'),
    mapping({
      kind: text('a kind').describe('Such as Deployment.'),
      namespace: text('a namespace').optional().describe('default when absent.'),
      name: text('a name').describe('Of the object.'),
    }),
  ],
  { error: 'kind/name, kind/namespace/name, or a mapping {kind, namespace, name}' },
);

/** A taint of a node. */
export const taint = mapping({
  key: text('the key of the taint').describe('Such as example.com/dedicated.'),
  value: z.string({ error: 'text' }).optional().describe('Empty when absent.'),
  effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).describe(
    'On pods that do not tolerate it; NoExecute also on those that run there.',
  ),
});

/** A Kubernetes object as a tree. */
export const tree: z.ZodRecord<z.ZodString, z.ZodUnknown> = z.record(z.string(), z.unknown(), {
  error: 'a Kubernetes object',
});

/** A template written in place, or the path of a file that holds it. */
export const template: z.ZodUnion<[z.ZodString, typeof tree]> = z.union([text('a path'), tree], {
  error: 'a path or a Kubernetes object',
});
