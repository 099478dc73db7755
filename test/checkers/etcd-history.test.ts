import { describe, expect, test } from 'vitest';
import { EtcdHistory } from '../../src/checkers/etcd-history.js';
import { Simulation } from '../../src/kernel/simulation.js';

function violations(tell: (checker: EtcdHistory) => void): readonly string[] {
  const simulation = new Simulation('history');
  simulation.now = 3_000_000;
  const checker = new EtcdHistory(simulation);
  tell(checker);
  return checker.violations;
}

/** A member applies entries 2 to 4 of term 1, one revision each. */
function applyThree(checker: EtcdHistory, member: number): void {
  for (const index of [2, 3, 4]) checker.etcdEntryApplied(member, index, 1, index);
}

describe('a healthy history of etcd', () => {
  test('has one leader a term, with everything, and equal entries', () => {
    const found = violations((checker) => {
      checker.etcdLeaderElected(0, 1, 1);
      for (const member of [0, 1, 2]) applyThree(checker, member);
      checker.etcdLeaderElected(2, 2, 5);
      checker.etcdEntryApplied(2, 5, 2, 5);
      checker.etcdAnswered(2, 5, 4);
    });
    expect(found).toEqual([]);
  });

  test('lets a member apply again what it has lost', () => {
    const found = violations((checker) => {
      applyThree(checker, 0);
      checker.etcdMemberRestored(0, 2);
      checker.etcdEntryApplied(0, 3, 1, 3);
    });
    expect(found).toEqual([]);
  });
});

describe('what Raft excludes is noticed', () => {
  test('two leaders of one term', () => {
    const found = violations((checker) => {
      checker.etcdLeaderElected(0, 4, 1);
      checker.etcdLeaderElected(1, 4, 1);
    });
    expect(found).toEqual(['3 s: etcd members 0 and 1 lead in term 4']);
  });

  test('a leader without an entry that was applied', () => {
    const found = violations((checker) => {
      applyThree(checker, 0);
      checker.etcdLeaderElected(1, 2, 3);
    });
    expect(found).toEqual(['3 s: etcd member 1 leads with a log up to 3, not 4']);
  });

  test('another entry at the same index, of another term or with another revision', () => {
    const found = violations((checker) => {
      applyThree(checker, 0);
      checker.etcdEntryApplied(1, 2, 2, 2);
      checker.etcdEntryApplied(1, 3, 1, 7);
    });
    expect(found).toEqual([
      '3 s: etcd member 1 applies another entry at index 2',
      '3 s: etcd member 1 applies another entry at index 3',
    ]);
  });

  test('an entry that is passed over, and a revision that goes back', () => {
    const found = violations((checker) => {
      applyThree(checker, 0);
      checker.etcdEntryApplied(0, 6, 1, 6);
      checker.etcdEntryApplied(0, 7, 1, 5);
    });
    expect(found).toEqual([
      '3 s: etcd member 0 applies entry 6 after 4',
      '3 s: entry 7 of etcd leads back from revision 6 to 5',
    ]);
  });

  test('a member that begins where nobody has been', () => {
    const found = violations((checker) => {
      applyThree(checker, 0);
      checker.etcdMemberRestored(1, 9);
    });
    expect(found).toEqual(['3 s: etcd member 1 begins at entry 9, which nobody has applied']);
  });

  test('an answer that is older than one that was given before', () => {
    const found = violations((checker) => checker.etcdAnswered(1, 7, 8));
    expect(found).toEqual(['3 s: etcd member 1 answers from revision 7 after 8']);
  });
});
