import { describe, expect, test } from 'vitest';
import { optionsFromEnvironment } from '../../src/cli/environment-options.js';
import { fakeTerminal } from './fake-terminal.js';

const isColored = (options: Parameters<typeof fakeTerminal>[0]): boolean =>
  fakeTerminal(options).terminal.outColors.isColorSupported;

describe('colour', () => {
  test('is for terminals', () => {
    expect(isColored({ isTTY: true })).toBe(true);
    expect(isColored({ isTTY: false })).toBe(false);
    expect(isColored({ isTTY: true, env: { TERM: 'dumb' } })).toBe(false);
    expect(isColored({ isTTY: true, env: { CI: 'true' } })).toBe(false);
  });

  test('NO_COLOR wins over FORCE_COLOR and the terminal', () => {
    expect(isColored({ isTTY: true, env: { NO_COLOR: '1' } })).toBe(false);
    expect(isColored({ isTTY: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).toBe(false);
    expect(isColored({ isTTY: true, env: { NO_COLOR: '' } })).toBe(true);
  });

  test('FORCE_COLOR wins over a pipe, and a flag over all', () => {
    expect(isColored({ env: { FORCE_COLOR: '1' } })).toBe(true);
    expect(isColored({ env: { FORCE_COLOR: '0' } })).toBe(false);
    expect(isColored({ color: true, env: { NO_COLOR: '1' } })).toBe(true);
    expect(isColored({ color: false, isTTY: true, env: { FORCE_COLOR: '1' } })).toBe(false);
  });
});

describe('options from the environment', () => {
  const names = { texts: ['seed', 'max-wall'], flags: ['json', 'color'] };

  test('are known by their names', () => {
    const env = { KUBECLOCK_SEED: '7', KUBECLOCK_MAX_WALL: '5s', KUBECLOCK_JSON: 'true' };
    expect(optionsFromEnvironment(env, names)).toEqual({ seed: '7', 'max-wall': '5s', json: true });
  });

  test('may say no, and nothing says nothing', () => {
    const env = { KUBECLOCK_COLOR: '0', KUBECLOCK_JSON: '', KUBECLOCK_SEED: '' };
    expect(optionsFromEnvironment(env, names)).toEqual({ color: false });
  });

  test('leave the variables of others alone', () => {
    expect(optionsFromEnvironment({ KUBECLOCK_CORPUS: 'x', SEED: '1' }, names)).toEqual({});
  });
});
