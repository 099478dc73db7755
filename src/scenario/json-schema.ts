/**
 * The JSON Schema of scenario files, for editors and for other programs. Made from the schema that
 * loading uses, so that the two cannot differ; defaults come from the defaults that loading uses.
 */

import { z } from 'zod';
import { fixedDefaults } from './defaults.js';
import { scenarioFile } from './schema.js';
import { isTree, type Tree } from './yaml-tree.js';

/** A name and not an address: nothing is fetched. */
const schemaId = 'urn:kubeclock:scenario:v1alpha1';

/** The schema as JSON data, draft-07, which is what editors read. */
export function scenarioJsonSchema(): Tree {
  const schema = z.toJSONSchema(scenarioFile, { io: 'input', target: 'draft-7' }) as Tree;
  const { $schema, ...rest } = schema;
  const title = 'kubeclock scenario';
  return { $schema, $id: schemaId, title, ...withDefaultNotes(rest, { spec: fixedDefaults }) };
}

/** Puts the default beside the description of each property that has one. */
function withDefaultNotes(schema: Tree, defaults: unknown): Tree {
  const { properties } = schema;
  if (!isTree(properties) || !isTree(defaults)) return schema;
  const noted = Object.entries(properties).map(([key, property]) => {
    const value = defaults[key];
    if (!isTree(property) || value === undefined) return [key, property];
    if (isTree(property['properties'])) return [key, withDefaultNotes(property, value)];
    return [key, { ...property, default: value }];
  });
  return { ...schema, properties: Object.fromEntries(noted) };
}
