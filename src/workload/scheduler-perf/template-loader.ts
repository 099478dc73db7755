// Reads the templates that operations name, each once, and keeps what was wrong with them.

import type { FieldPath } from '../../api/field-path.js';
import type { Problem } from '../../api/problem.js';
import type { ScenarioFiles } from '../../scenario/files.js';
import { type Place, problemAt, scenarioProblemCodes } from '../../scenario/scenario-problems.js';
import { type ObjectTemplate, readTemplate, type TemplateParams } from './object-template.js';

/** What a template stands for; neither after a problem. */
export interface LoadedTemplate {
  readonly template?: ObjectTemplate;
  /** A kind that is not simulated. */
  readonly unsupported?: string;
}

/** Templates of one file of scheduler_perf. */
export class TemplateLoader {
  readonly problems: Problem[] = [];
  /** Text by file name, for excerpts. */
  readonly texts = new Map<string, string>();
  readonly #files: ScenarioFiles;
  readonly #loaded = new Map<string, LoadedTemplate>();

  constructor(files: ScenarioFiles) {
    this.#files = files;
  }

  /** The template of a path that stands at `place`; its first object of `count` is checked. */
  load(
    path: string,
    place: Place,
    field: FieldPath,
    count: number,
    params: TemplateParams,
  ): LoadedTemplate {
    const key = JSON.stringify([path, ...params]);
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const loaded = this.#read(path, place, field, Math.max(1, count), params);
    this.#loaded.set(key, loaded);
    return loaded;
  }

  /** The text of a file that stands at `place`; undefined after a problem. */
  textOf(
    path: string,
    place: Place,
    field: FieldPath,
  ): { readonly file: string; readonly text: string } | undefined {
    // Up to Kubernetes 1.20 paths were relative to the folder above that of the file.
    const file = [path, `../${path}`].flatMap((each) => this.#files.list(each))[0];
    if (file === undefined) {
      const { missingFile } = scenarioProblemCodes;
      const message = `"${path}" names no file`;
      this.problems.push(problemAt(place, missingFile, message, { path: field }));
      return undefined;
    }
    const text = this.texts.get(file) ?? this.#files.read(file);
    this.texts.set(file, text);
    return { file, text };
  }

  #read(
    path: string,
    place: Place,
    field: FieldPath,
    count: number,
    params: TemplateParams,
  ): LoadedTemplate {
    const found = this.textOf(path, place, field);
    if (found === undefined) return {};
    const { problems, ...loaded } = readTemplate(found.text, found.file, count, params);
    this.problems.push(...problems);
    return loaded;
  }
}
