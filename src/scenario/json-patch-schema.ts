/**
 * A JSON patch as a schema. Source: RFC 6902.
 */

import { z } from 'zod';

const place = z
  .string({ error: 'a place such as /metadata/labels/tier' })
  .regex(/^(?:\/(?:[^~]|~[01])*)?$/, { error: 'a place such as /metadata/labels/tier' });

/** The operations, in order. */
export const jsonPatchSchema = z.array(
  z.discriminatedUnion(
    'op',
    [
      z.object({ op: z.enum(['add', 'replace', 'test']), path: place, value: z.json() }),
      z.object({ op: z.literal('remove'), path: place }),
      z.object({ op: z.enum(['move', 'copy']), from: place, path: place }),
    ],
    { error: 'op is one of add, remove, replace, move, copy and test' },
  ),
);
