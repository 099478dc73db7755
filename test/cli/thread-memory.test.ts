// What becomes of a thread that needs more memory than it may have.
import { expect, test } from 'vitest';
import { runInThread } from '../../src/cli/simulation.js';

const hungry = new URL(
  'data:text/javascript,const all=[];for(;;)all.push(new Array(10000).fill({}));',
);

test('a thread that outgrows its heap ends with a word on what to do', async () => {
  const end = runInThread({}, () => {}, hungry, 16);
  await expect(end).rejects.toMatchObject({
    errorName: 'OutOfMemory',
    message: expect.stringMatching(/more memory than the 16 MiB .* With --max-memory it ends/),
  });
});
