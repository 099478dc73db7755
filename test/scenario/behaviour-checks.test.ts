// Annotations about behaviour in scenarios: what is not understood is told with its place.

import { expect, test } from 'vitest';
import { deployment, load } from './memory-files.js';

const problemsWith = (objects: string): readonly string[] =>
  load(`workload: {operations: [{op: apply, objects: [${objects}]}]}`).problems.map(
    ({ line, path, message, expected }) => `${line} ${path} ${message}: ${expected}`,
  );

const annotated = (annotations: string): string =>
  deployment('web', 1).replace(
    'metadata: {labels',
    `metadata: {annotations: {${annotations}}, labels`,
  );

test('a template whose annotations are good has no problem', () => {
  expect(problemsWith(annotated('kubeclock.dev/run-time: 5s, other.dev/x: z'))).toEqual([]);
});

test('a misspelt key and a bad value are both told, with line and path', () => {
  const problems = problemsWith(
    annotated('kubeclock.dev/exit-code: "300", kubeclock.dev/run-tme: 5s'),
  );
  expect(problems).toHaveLength(2);
  expect(problems[0]).toMatch(/^\d+ \S+ kubeclock.dev\/exit-code: "300" cannot be read: 0 to 255$/);
  expect(problems[1]).toMatch(/did you mean "kubeclock.dev\/run-time"\?$/);
});

test('a bare pod is checked as well', () => {
  const pod =
    '{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {kubeclock.dev/run-time: soon}}, spec: {containers: [{name: c, image: i}]}}';
  expect(problemsWith(pod).join()).toContain('kubeclock.dev/run-time: "soon" cannot be read');
});
