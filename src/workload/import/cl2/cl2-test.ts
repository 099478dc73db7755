/**
 * Reading a test of ClusterLoader2 with its modules: every file is rendered with the parameters it
 * gets, and the steps of a module take the place of the step that names it.
 *
 * Source: perf-tests clusterloader2/pkg/config, pkg/test.
 */

import { dirname, join } from 'node:path';
import type { Problem } from '../../../api/problem.js';
import type { TemplateData, TemplateValue } from '../../../scenario/go-template/go-template.js';
import { type Place, problemAt } from '../../../scenario/scenario-problems.js';
import { type ImportFile, type ImportOptions, importProblemCodes } from '../importer.js';
import { checkedFile, renderedTree } from '../rendered-file.js';
import { canonical, type StepText, type TestText, testSchema } from './cl2-schema.js';

/** A step with the file in which it stands. */
export interface PlacedStep {
  readonly text: StepText;
  /** Folder of the file, from which paths are taken. */
  readonly folder: string;
  readonly place: Place;
}

/** A test with the steps of its modules. */
export interface ClusterLoaderTest {
  readonly text: TestText;
  readonly steps: readonly PlacedStep[];
}

/** Modules within modules, at most. */
const deepest = 10;

/** Reads files of one test. */
export class TestReader {
  readonly #data: TemplateData;
  readonly #options: ImportOptions;
  readonly #problems: Problem[];
  readonly #root: string;

  /** `data`: what every file of the test may read. `file`: the test itself. */
  constructor(file: ImportFile, data: TemplateData, options: ImportOptions, problems: Problem[]) {
    this.#data = data;
    this.#options = options;
    this.#problems = problems;
    this.#root = dirname(file.path);
  }

  /** The test; undefined where its own file cannot be read. */
  read(file: ImportFile): ClusterLoaderTest | undefined {
    return this.#read(file, this.#data, 0);
  }

  /** A file as a test names it: from the folder of the file that does, or from that of the test. */
  find(path: string, folder: string): ImportFile | undefined {
    const { beside } = this.#options;
    if (path.startsWith('/')) return beside(join(this.#root, path));
    return beside(join(folder, path)) ?? beside(join(this.#root, path));
  }

  #read(file: ImportFile, data: TemplateData, depth: number): ClusterLoaderTest | undefined {
    const rendered = renderedTree(file, data, this.#problems);
    if (rendered === undefined) return undefined;
    const checked = checkedFile(testSchema, rendered, this.#problems, canonical);
    if (checked === undefined) return undefined;
    const { data: found, placeOf } = checked;
    const folder = dirname(file.path);
    const steps = (found.steps ?? []).flatMap((text, index) => {
      const place = placeOf(['steps', index]);
      const step = { text, folder, place };
      return text.module == null ? [step] : this.#module(step, text.module, depth);
    });
    return { text: found, steps };
  }

  #module(
    { folder, place }: PlacedStep,
    { path, params }: NonNullable<StepText['module']>,
    depth: number,
  ): readonly PlacedStep[] {
    const file = this.find(path, folder);
    if (file === undefined || depth === deepest) {
      const message =
        file === undefined ? `the module "${path}" names no file` : 'modules name each other';
      this.#problems.push(problemAt(place, importProblemCodes.missingFile, message));
      return [];
    }
    const given = Object.entries((params ?? {}) as Readonly<Record<string, TemplateValue>>);
    const found = this.#read(file, new Map([...this.#data, ...given]), depth + 1);
    return found?.steps ?? [];
  }
}
