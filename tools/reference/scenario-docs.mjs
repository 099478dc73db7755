// docs/scenario.md as text, from the JSON Schema of scenario files.

import { anchorOf, table } from './markdown.mjs';

const head = `# Scenario file

Every field of a scenario: what it takes, what it is when absent, what it means. Fields that
Kubernetes has mean what they mean there. \`kubeclock schema\` prints the same as JSON Schema, for
editors; \`kubeclock plan FILE\` shows each value of a scenario and where it comes from. A first
scenario is in the [tutorial](tutorial.md), one for each part in [scenarios/](../scenarios/).

\`\`\`yaml
apiVersion: kubeclock.dev/v1alpha1
kind: Scenario                  # Profile: values below any scenario, for --profile
metadata: {name: example}
spec:
  nodePools:
    - {name: workers, count: 3, cpu: 4, memory: 16Gi}
\`\`\`

This file is written from the code: \`npm run build && node tools/write-reference.mjs\`.

## Values

- **duration**: \`500ms\`, \`30s\`, \`1m30s\`; units \`ns us ms s m h\`. A bare number is refused.
- **quantity**: as Kubernetes writes amounts, \`4\`, \`3900m\`, \`16Gi\`.
- **durations**, **sizes**: one value, or a distribution: \`{p50: 2ms, p99: 8ms}\` (log-normal),
  \`{uniform: [1s, 3s]}\`, \`{exponential: 1s}\`, \`{gamma: {mean: 1s, shape: 2}}\`,
  \`{quantiles: [[0, 1s], [0.9, 2s], [1, 9s]]}\`, \`{mixture: [{weight: 9, of: 1s}, {weight: 1, of: 5s}]}\`.
`;

const thresholdHead = `## Thresholds

\`spec.thresholds\` names metrics, each with a list of conditions: \`p(99)<5\`, \`med<=2\`,
\`max<120\`, \`value==0\`. Aggregations: AGGREGATIONS. Durations are in seconds. Labels in braces
narrow a metric down: \`pod_startup_seconds{namespace=shop}\`.
`;

/** The whole document; `metrics` are those that thresholds can name, by name. */
export function renderScenarioDocs(schema, metrics, aggregations) {
  const sections = new Sections();
  sections.add('spec', schema.properties.spec);
  const rows = [...metrics].map(([name, { meaning, labels = [] }]) => [
    `\`${name}\``,
    meaning,
    labels.map((label) => `\`${label}\``).join(', '),
  ]);
  const words = aggregations.map((word) => `\`${word}\``).join(', ');
  const thresholds = thresholdHead.replace('AGGREGATIONS', words);
  return [
    head,
    `${thresholds}\n${table(['metric', 'of', 'labels'], rows)}`,
    ...sections.texts,
  ].join('\n');
}

/** The mappings of a schema, each under the path at which it was met first. */
class Sections {
  texts = [];
  #paths = new Map();
  #anchors = new Map();

  /** The heading of a mapping; its text is made when the mapping is new. */
  add(path, schema) {
    const key = shapeOf(schema);
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    this.#paths.set(key, path);
    this.#number(path);
    const place = this.texts.push('') - 1;
    this.texts[place] = this.#render(path, schema);
    return path;
  }

  /** Of headings with the same letters, all but the first get a number. */
  #number(path) {
    const anchor = anchorOf(path);
    const same = [...this.#anchors.keys()].filter((known) => anchorOf(known) === anchor).length;
    this.#anchors.set(path, same === 0 ? anchor : `${anchor}-${same}`);
  }

  #link(text, heading) {
    return `[${text}](#${this.#anchors.get(heading)})`;
  }

  #render(path, { description, properties, required = [] }) {
    const [kind] = Object.values(properties).filter(isWord);
    const fields = Object.entries(properties).filter(([, value]) => value !== kind);
    const rows = fields.map(([name, value]) => [
      `\`${name}\``,
      this.valueOf(below(path, name), value),
      absent(value, required.includes(name)),
      value.description ?? '',
    ]);
    const meaning = description ?? kind?.description;
    const says = meaning === undefined ? '' : `${meaning}\n\n`;
    return `## ${path}\n\n${says}${table(['field', 'takes', 'absent', 'meaning'], rows)}`;
  }

  /** What a field takes, in words, with links to mappings of their own. */
  valueOf(path, schema) {
    const { $ref, anyOf, oneOf, allOf, type, const: word, enum: words } = schema;
    if ($ref !== undefined) return $ref.endsWith('Durations') ? 'durations' : 'sizes';
    if (allOf !== undefined) return this.valueOf(path, allOf[0]);
    if (word !== undefined) return `\`${word}\``;
    if (words !== undefined) return words.map((each) => `\`${each}\``).join(', ');
    if (oneOf !== undefined) return this.#choices(path, oneOf);
    if (anyOf !== undefined) {
      const all = anyOf.map((each) => this.valueOf(path, each));
      return [...new Set(all)].join(' or ');
    }
    if (Array.isArray(type)) return 'quantity';
    if (type === 'array') return this.#list(path, schema);
    if (type === 'object') return this.#mapping(path, schema);
    return scalar(schema);
  }

  #list(path, { items }) {
    if (Array.isArray(items)) {
      return `[${items.map((item) => this.valueOf(path, item)).join(', ')}]`;
    }
    return `list of ${this.valueOf(`${path}[]`, items)}`;
  }

  #mapping(path, schema) {
    const { properties, additionalProperties, propertyNames } = schema;
    if (properties === undefined) {
      const names = propertyNames.enum?.map((name) => `\`${name}\``).join(', ') ?? 'names';
      const value = this.valueOf(below(path, 'NAME'), additionalProperties);
      return value === 'anything' ? 'a mapping' : `mapping of ${names} to ${value}`;
    }
    if (isSmall(schema)) {
      const fields = Object.entries(properties).map(
        ([name, value]) => `${name}: ${this.valueOf(path, value)}`,
      );
      return `{${fields.join(', ')}}`;
    }
    const heading = this.add(path, schema);
    return this.#link(heading, heading);
  }

  /** Mappings of which each is told by a word, such as \`op: create\`. */
  #choices(path, choices) {
    const links = choices.map((choice) => {
      const [[name, { const: word }]] = Object.entries(choice.properties);
      const heading = this.add(`${path} ${name}: ${word}`, choice);
      return this.#link(word, heading);
    });
    return `one of ${links.join(', ')}`;
  }
}

/** Whether a field can only say which of several mappings this is, as the heading does. */
function isWord({ const: word }) {
  return word !== undefined;
}

/** Two mappings of the same shape are the same mapping, whatever is said about each. */
function shapeOf({ properties }) {
  return JSON.stringify(properties, (key, value) => (key === 'default' ? undefined : value));
}

function below(path, name) {
  return path === 'spec' ? name : `${path}.${name}`;
}

/** A mapping of a few plain values that needs no table. */
function isSmall({ properties }) {
  const values = Object.values(properties);
  const isPlain = ({ type, $ref, description }) =>
    description === undefined && ($ref !== undefined || (type !== 'object' && type !== 'array'));
  return values.length <= 3 && values.every(isPlain) && values.every(({ anyOf }) => !anyOf);
}

function absent({ default: value }, isRequired) {
  if (isRequired) return 'required';
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text}\``;
}

function scalar({ type, pattern, minimum, maximum, exclusiveMinimum }) {
  if (type === undefined) return 'anything';
  if (type === 'string') {
    return pattern?.includes('ns|us') ? 'duration' : 'text';
  }
  if (type === 'boolean') return '`true`, `false`';
  const what = type === 'integer' ? 'whole number' : 'number';
  if (exclusiveMinimum !== undefined) {
    return maximum === undefined || maximum > 1e12
      ? `${what} above ${exclusiveMinimum}`
      : `${what} above ${exclusiveMinimum}, at most ${maximum}`;
  }
  if (minimum === undefined || minimum < -1e12) return what;
  return maximum === undefined || maximum > 1e12
    ? `${what} from ${minimum}`
    : `${what} ${minimum} to ${maximum}`;
}
