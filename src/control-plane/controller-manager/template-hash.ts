// The pod-template-hash of a Deployment's ReplicaSets: equal for equal templates, whatever the
// order of the keys. Kubernetes hashes its own dump of the struct; ours differs in value, not in
// use. Source of the alphabet: Kubernetes v1.36 apimachinery util/rand SafeEncodeString.
import type { PodTemplateSpec } from '../../api/pod.js';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const known = new WeakMap<PodTemplateSpec, string>();

/** 8-10 characters. O(size of the template); O(1) for a template that was asked for before. */
export function podTemplateHash(template: PodTemplateSpec): string {
  let hash = known.get(template);
  if (hash === undefined) {
    hash = hashOf(template);
    known.set(template, hash);
  }
  return hash;
}

function hashOf(template: PodTemplateSpec): string {
  const decimal = String(fnv1a(canonical(template)));
  let encoded = '';
  for (const character of decimal) encoded += ALPHABET[character.charCodeAt(0) % ALPHABET.length];
  return encoded;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const fields = entries.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}
