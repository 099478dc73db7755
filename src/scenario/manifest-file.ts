/**
 * Checking one file of manifests by itself, without a scenario around it.
 */

import { findDuplicateObjects } from '../api/duplicate-objects.js';
import { type IgnoredKind, readManifests } from '../api/manifests.js';
import { prepareObject, SoundPodSpecs } from '../api/prepare-object.js';
import { compareProblems, type Problem } from '../api/problem.js';

/** What a file of manifests holds. */
export interface ManifestFile {
  /** Objects of kinds that are simulated. */
  readonly objects: number;
  readonly ignored: readonly IgnoredKind[];
  readonly problems: readonly Problem[];
}

/** Reads and validates every object of a file. Never throws for what the file holds. */
export function checkManifestFile(text: string, file: string, strict: boolean): ManifestFile {
  const { objects, ignored, problems } = readManifests(text, file, { strict });
  const soundPodSpecs = new SoundPodSpecs();
  const all = [
    ...problems,
    ...objects.flatMap((each) => prepareObject(each, { soundPodSpecs }).problems),
    ...findDuplicateObjects(objects),
  ];
  return { objects: objects.length, ignored, problems: all.sort(compareProblems) };
}
