import { describe, expect, test } from 'vitest';
import { joined } from '../../src/api/joined.js';

describe('a text of two parts', () => {
  test('has a slash between them', () => {
    expect(joined('default', 'web-1')).toBe('default/web-1');
    expect(joined('pods', 'default/web-1')).toBe('pods/default/web-1');
    expect(joined('', 'web-1')).toBe('/web-1');
  });

  test('is the same for the same parts, and another for parts that only look alike', () => {
    const first = joined('a', 'b/c');
    expect(joined('a', 'b/c')).toBe(first);
    expect(joined('a/b', 'c')).toBe('a/b/c');
    expect(joined('a', 'b')).toBe('a/b');
  });

  test('stays right when more have been asked for than are remembered', () => {
    for (let i = 0; i < 530_000; i++) joined('many', `name-${i}`);
    expect(joined('many', 'name-0')).toBe('many/name-0');
    expect(joined('many', 'name-529999')).toBe('many/name-529999');
    expect(joined('default', 'web-1')).toBe('default/web-1');
  });
});
