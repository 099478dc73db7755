// The cache of a server by itself.
import { expect, test } from 'vitest';
import { DnsCache } from '../../../src/network/cluster-dns/dns-cache.js';

const answer = { addresses: ['10.0.0.1'] };

test('answers and denials last for times of their own', () => {
  const cache = new DnsCache({ answerUs: 30, denialUs: 5 });
  cache.put('a', answer, 0);
  cache.put('b', undefined, 0);
  expect(cache.get('a', 29)?.answer).toEqual(answer);
  expect(cache.get('b', 4)).toMatchObject({ answer: undefined });
  expect([cache.get('a', 30), cache.get('b', 5)]).toEqual([undefined, undefined]);
  expect([cache.answerCount, cache.denialCount]).toEqual([0, 0]);
});

test('a time of nothing keeps nothing', () => {
  const cache = new DnsCache({ answerUs: 0, denialUs: 5 });
  cache.put('a', answer, 0);
  expect(cache.get('a', 0)).toBeUndefined();
});

test('9,984 answers find room; then the oldest goes', () => {
  const cache = new DnsCache({ answerUs: 30, denialUs: 5 });
  for (let index = 0; index < 9_985; index++) cache.put(`n${index}`, answer, 0);
  expect(cache.answerCount).toBe(9_984);
  expect(cache.get('n0', 1)).toBeUndefined();
  expect(cache.get('n9984', 1)).toBeDefined();
});
