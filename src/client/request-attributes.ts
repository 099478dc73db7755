// What a request is, as one small number: verb, resource, subresource.
import { resourceKinds } from '../api/resource-kinds.js';
import type { ApiRequest } from './api-request.js';

const verbs: readonly string[] = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
];
const subresources: readonly string[] = [
  '',
  'status',
  'binding',
  'scale',
  'eviction',
  'token',
  'finalize',
  'resize',
];

const verbIndexes = new Map(verbs.map((verb, index) => [verb, index]));
const subresourceIndexes = new Map<string, number>(
  subresources.map((name, index) => [name, index]),
);
const resourceIndexes = new Map(resourceKinds.map(({ resource }, index) => [resource, index]));

/** Numbers from 0 up to this one are given. */
export const ATTRIBUTE_COUNT: number = verbs.length * subresources.length * resourceKinds.length;

/** The number of a request's attributes; -1 for a resource that nobody serves. O(1). */
export function attributesOf({ verb, resource, subresource }: ApiRequest): number {
  const resourceIndex = resourceIndexes.get(resource);
  const subresourceIndex = subresourceIndexes.get(subresource ?? '');
  if (resourceIndex === undefined || subresourceIndex === undefined) return -1;
  const verbIndex = verbIndexes.get(verb) as number;
  return (resourceIndex * subresources.length + subresourceIndex) * verbs.length + verbIndex;
}
