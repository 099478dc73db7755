// The walk through the code names what is there, and goes down each file as far as it stays in it.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tidy/source-files.js';
import { documentAt } from './documents.js';

interface Step {
  /** `Driver.#nextStep`, or a name that the file exports. */
  readonly name: string;
  readonly path: string;
}

const steps: readonly Step[] = [
  ...documentAt('docs/walk.md').text.matchAll(/\[`([^`]+)`\]\((\.\.\/src\/[^)]+)\)/g),
].map(([, name = '', path = '']) => ({ name, path: posix.join('docs', path) }));

/** Line of what a step names, from 1; 0 when the file has no such thing. */
function lineOf({ name }: Step, text: string): number {
  const [owner = '', member] = name.split('.');
  const lines = text.split('\n');
  const declared = new RegExp(`^export (?:async )?(?:class|const|function) ${owner}\\b`);
  const start = lines.findIndex((line) => declared.test(line));
  if (start < 0 || member === undefined) return start + 1;
  const end = lines.indexOf('}', start);
  const written = new RegExp(`^ {2}(?:readonly |override |async )*${member}(?:\\(| = \\()`);
  return lines.findIndex((line, i) => i > start && i < end && written.test(line)) + 1;
}

const lineIn = (step: Step): number =>
  lineOf(step, readFileSync(join(root, step.path), 'utf8').replaceAll('\r\n', '\n'));

describe('the walk', () => {
  test('names functions that are there, from the first to the last', () => {
    expect(steps.filter((step) => lineIn(step) === 0)).toEqual([]);
    expect(steps.at(0)?.name).toBe('runCommand');
    expect(steps.at(-1)?.name).toBe('renderRun');
    expect(steps.length).toBeGreaterThan(90);
  });

  test('does not jump back in a file that it stays in', () => {
    const jumps = steps.flatMap((step, i) => {
      const before = steps[i - 1];
      const isBack = before?.path === step.path && lineIn(step) <= lineIn(before);
      return isBack ? [`${step.path}: ${step.name} stands before ${before.name}`] : [];
    });
    expect(jumps).toEqual([]);
  });
});

describe('a step that is looked for', () => {
  const text = [
    'export class One {',
    '  first(): void {',
    '  }',
    '}',
    'export class Two {',
    '  readonly #second = (): void => {',
    '  };',
    '}',
  ].join('\n');
  const at = (name: string): number => lineOf({ name, path: '' }, text);

  test('is found in its class alone', () => {
    expect(at('Two')).toBe(5);
    expect(at('Two.#second')).toBe(6);
    expect(at('One.#second')).toBe(0);
    expect(at('Three')).toBe(0);
  });
});
