// What threads say to the command line, and when they stop.
import { describe, expect, test } from 'vitest';
import {
  failedMessage,
  outOfMemory,
  postAnswer,
  StopCondition,
  type ThreadMessage,
  throttled,
  whereStopped,
} from '../../src/cli/thread-messages.js';

type Message = ThreadMessage<string, number>;

describe('a thread', () => {
  test('posts its answer', () => {
    const messages: Message[] = [];
    postAnswer<string, number>(
      () => 'done it',
      (message) => messages.push(message),
    );
    expect(messages).toEqual([{ type: 'done', answer: 'done it' }]);
  });

  test('posts the error that it ends with', () => {
    const messages: Message[] = [];
    postAnswer<string, number>(
      () => {
        throw new RangeError('too far');
      },
      (message) => messages.push(message),
    );
    expect(messages).toMatchObject([{ type: 'failed', name: 'RangeError', message: 'too far' }]);
    expect(messages[0]?.type === 'failed' && messages[0].stack).toContain('RangeError: too far');
  });

  test('posts its progress first, and not every step of it', () => {
    const messages: Message[] = [];
    postAnswer<string, number>(
      (onProgress) => {
        for (let i = 0; i < 1000; i++) onProgress(i);
        return 'end';
      },
      (message) => messages.push(message),
    );
    expect(messages[0]).toEqual({ type: 'progress', progress: 0 });
    expect(messages.at(-1)).toEqual({ type: 'done', answer: 'end' });
    expect(messages.length).toBeLessThan(1000);
  });

  test('says how it failed even without a stack', () => {
    const error = new Error('plain');
    delete (error as { stack?: string }).stack;
    expect(failedMessage(error)).toEqual({
      type: 'failed',
      name: 'Error',
      message: 'plain',
      stack: '',
    });
  });

  test('has progress of its own for each throttle', () => {
    const seen: number[] = [];
    const post = (message: ThreadMessage<never, number>) => {
      if (message.type === 'progress') seen.push(message.progress);
    };
    throttled(post)(1);
    throttled(post)(2);
    expect(seen).toEqual([1, 2]);
  });
});

describe('the condition to stop', () => {
  const flag = (): SharedArrayBuffer => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

  test('holds when the flag is set', () => {
    const stopFlag = flag();
    const stop = new StopCondition(stopFlag, () => 0, undefined);
    expect(stop.holds()).toBe(false);
    Atomics.store(new Int32Array(stopFlag), 0, 1);
    expect([stop.holds(), stop.isOutOfMemory]).toEqual([true, false]);
  });

  test('holds from the time at which the heap was too large', () => {
    let bytes = 100;
    const stop = new StopCondition(flag(), () => bytes, 100);
    expect(stop.holds()).toBe(false);
    bytes = 101;
    expect([stop.holds(), stop.isOutOfMemory]).toEqual([true, true]);
    bytes = 50;
    expect(stop.holds()).toBe(true);
  });

  test('does not look at the heap without a limit', () => {
    const heapBytes = (): number => {
      throw new Error('nobody asks');
    };
    expect(new StopCondition(flag(), heapBytes, undefined).holds()).toBe(false);
  });

  test('has an outcome for what ran out of memory', () => {
    const end = { endUs: 1_500_000, pods: Array(1_200), kubernetesEvents: Array(3) };
    expect(outOfMemory(whereStopped(end))).toEqual({
      end: 'limit',
      partial: true,
      message:
        'Stopped at --max-memory at 1.5 s of simulated time, with 1,200 pods and 3 Events; the ' +
        'results are partial.',
    });
  });
});
