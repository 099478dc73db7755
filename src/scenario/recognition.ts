/**
 * Telling a scenario from everything else, before it is read as either.
 */

import { editDistance } from '../api/did-you-mean.js';

const ownGroup = 'kubeclock.dev';

/**
 * Whether a text is meant to be a scenario: its API group is kubeclock's or a misspelling of it, or
 * it is a Scenario of no group at all. Looks at the beginnings of lines only, so that it answers
 * for malformed YAML too.
 */
export function isScenarioText(text: string): boolean {
  if (isProfileText(text)) return false;
  const apiVersion = /^apiVersion:[ \t]*["']?([^\s"'#]+)/m.exec(text)?.[1];
  const isScenarioKind = /^kind:[ \t]*["']?Scenario\b/m.test(text);
  if (apiVersion === undefined) return isScenarioKind;
  const [group = ''] = apiVersion.split('/');
  return group === ownGroup || (isScenarioKind && editDistance(group, ownGroup) <= 3);
}

/** Whether a text is meant to be a profile. */
export function isProfileText(text: string): boolean {
  return (
    /^kind:[ \t]*["']?Profile\b/m.test(text) && /^apiVersion:[ \t]*["']?kubeclock\./m.test(text)
  );
}
