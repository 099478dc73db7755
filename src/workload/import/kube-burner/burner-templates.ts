/**
 * The templates of a configuration of kube-burner as files of the scenario, each with the function
 * templates at its end, whose definitions it may call.
 *
 * Source: kube-burner pkg/util/template.go.
 */

import { dirname, join } from 'node:path';
import type { FieldPath } from '../../../api/field-path.js';
import type { Problem } from '../../../api/problem.js';
import {
  GoTemplate,
  positionInText,
  TemplateError,
} from '../../../scenario/go-template/go-template.js';
import {
  type Place,
  problemAt,
  scenarioProblemCodes,
} from '../../../scenario/scenario-problems.js';
import { type ImportFile, type ImportOptions, importProblemCodes, textOf } from '../importer.js';
import { templateName } from '../template-name.js';

/** Where the configuration stands, and how its files are found. */
export interface TemplateContext {
  readonly file: ImportFile;
  readonly options: ImportOptions;
  readonly placeOf: (path: FieldPath) => Place;
  readonly problems: Problem[];
}

/** Finds templates beside the configuration. */
export class BurnerTemplates {
  /** Text by name of the templates that the scenario names. */
  readonly files = new Map<string, string>();
  readonly #context: TemplateContext;
  readonly #functions: string;

  /** `functionTemplates`: paths, as `global` lists them. */
  constructor(context: TemplateContext, functionTemplates: readonly string[]) {
    this.#context = context;
    const texts = functionTemplates.map((path, index) => {
      const found = this.#find(path, ['global', 'functionTemplates', index]);
      return found === undefined || !this.#isOfDefinitions(found) ? '' : `\n${textOf(found)}`;
    });
    this.#functions = texts.join('');
  }

  /** The name of an object's template among the files of the scenario; undefined after a problem. */
  nameOf(path: string | undefined, at: FieldPath): string | undefined {
    const found = this.#find(path, at);
    if (found === undefined) return undefined;
    const name = templateName(path ?? '');
    this.files.set(name, textOf(found) + this.#functions);
    return name;
  }

  #find(path: string | undefined, at: FieldPath): ImportFile | undefined {
    const { file, options, placeOf, problems } = this.#context;
    const found =
      path === undefined
        ? undefined
        : (options.beside(join(dirname(file.path), path)) ?? options.beside(path));
    if (found !== undefined) return found;
    const message = path === undefined ? 'the object has no template' : `${path} does not exist`;
    problems.push(problemAt(placeOf(at), importProblemCodes.missingFile, message, { path: at }));
    return undefined;
  }

  /** What it prints by itself would stand at the end of every object. */
  #isOfDefinitions(file: ImportFile): boolean {
    const text = textOf(file);
    const { problems } = this.#context;
    try {
      if (new GoTemplate(text).render(new Map()).trim() === '') return true;
      const place = { file: file.path, line: 1, column: 1 };
      const message = 'a function template holds more than definitions';
      problems.push(problemAt(place, importProblemCodes.unsupported, message));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const place = { file: file.path, ...positionInText(text, error.offset) };
      problems.push(problemAt(place, scenarioProblemCodes.badTemplate, error.message));
    }
    return false;
  }
}
