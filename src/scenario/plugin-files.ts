/**
 * Files with scheduler plugins that users have written: imported as modules, searched for exports
 * that are plugins. What is wrong with a file is a problem like any other of the input.
 */

import { existsSync, readFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Problem } from '../api/problem.js';
import {
  isUserPlugin,
  pluginFaults,
  pluginMethodsText,
  type UserPlugin,
} from '../control-plane/scheduler/out-of-tree/user-plugin.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import { isTypeScript, stripTypes, TypeStrippingError } from './type-stripping.js';
import { isTree } from './yaml-tree.js';

/** What one file holds. */
export interface PluginModule {
  /** In order of the names under which they are exported; empty when there is a problem. */
  readonly plugins: readonly UserPlugin[];
  readonly problems: readonly Problem[];
  readonly text: string;
}

/** By path as the user knows it. */
export type PluginModules = ReadonlyMap<string, PluginModule>;

/** How files are got at; absent, they lie where their names say. */
export interface ImportOptions {
  /** The text of a file; also called for the files that it imports, to let them be remembered. */
  readonly read?: (file: string) => string;
  /** Where a file lies on this machine. */
  readonly pathOf?: (file: string) => string;
  /** Imports the module at an address. */
  readonly importModule?: (url: string) => Promise<unknown>;
}

/** Whether a name is that of a module that can be imported. */
export function isModule(file: string): boolean {
  return /\.(?:[cm]?js|m?ts)$/.test(file);
}

/**
 * Imports files one after the other; a file that is wrong is there with its problems. This runs the
 * code of the files. A process imports a file once: a later change of it is not seen.
 *
 * @throws Error of the file system for a file that cannot be read.
 */
export async function importPlugins(
  files: readonly string[],
  options: ImportOptions = {},
): Promise<PluginModules> {
  const {
    read = (file) => readFileSync(file, 'utf8'),
    pathOf = (file) => file,
    importModule = importWithHooks,
  } = options;
  const modules = new Map<string, PluginModule>();
  for (const file of files) {
    modules.set(file, await importPlugin(file, { read, pathOf, importModule }));
  }
  return modules;
}

async function importPlugin(
  file: string,
  { read, pathOf, importModule }: Required<ImportOptions>,
): Promise<PluginModule> {
  const text = read(file);
  const refused = (message: string, expected?: string, line = 1, column = 1): PluginModule => {
    const place = { file, line, column };
    const problem = problemAt(place, scenarioProblemCodes.badPlugin, message, { expected });
    return { plugins: [], problems: [problem], text };
  };
  if (!isModule(file)) {
    return refused(
      'is not a module of plugins',
      'a file that ends in .ts, .mts, .js, .mjs or .cjs',
    );
  }
  readImports(file, text, read, new Set([file]));
  const url = pathToFileURL(resolve(pathOf(file))).href;
  let exported: unknown;
  try {
    exported = await importModule(url);
  } catch (error) {
    // What a hook has thrown on a thread of its own comes without its class and its place.
    const mayBeSyntax = isTypeScript(file) || error instanceof SyntaxError;
    const syntax = mayBeSyntax ? syntaxErrorIn(text) : undefined;
    if (syntax instanceof TypeStrippingError) {
      return refused(syntax.message, undefined, syntax.line, syntax.column);
    }
    const { line, column } = placeIn(error, url);
    const message = textOf(error);
    return refused(`cannot be imported: ${message}`, adviceOn(message), line, column);
  }
  const plugins = pluginsAmong(exported);
  if (plugins.length === 0) {
    const expected = `an export {name: 'MyPlugin', …} with at least one of ${pluginMethodsText}; or {name, create(args, handle)}, which makes one`;
    return refused('exports no scheduler plugin', expected);
  }
  const faults = plugins.flatMap((plugin) =>
    pluginFaults(plugin).map((fault) => `plugin ${plugin.name} ${fault}`),
  );
  const problems = faults.flatMap((fault) => refused(fault).problems);
  return { plugins: problems.length === 0 ? plugins : [], problems, text };
}

/** Every export that is a plugin, once: the default one of CommonJS may be exported by name too. */
function pluginsAmong(exported: unknown): readonly UserPlugin[] {
  if (typeof exported !== 'object' || exported === null) return [];
  const names = Object.keys(exported).sort((a, b) => (a < b ? -1 : 1));
  const values = names.map((name) => (exported as Record<string, unknown>)[name]);
  return [...new Set(values)].filter(isUserPlugin);
}

const relativeImport = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/** Reads what a module imports by a relative name, and what that imports; a miss is Node's to tell. */
function readImports(
  file: string,
  text: string,
  read: (file: string) => string,
  seen: Set<string>,
): void {
  for (const [, specifier = ''] of text.matchAll(relativeImport)) {
    const path = join(dirname(file), specifier);
    for (const candidate of [path, path.replace(/js$/, 'ts')]) {
      if (seen.has(candidate)) break;
      try {
        const inner = read(candidate);
        seen.add(candidate);
        readImports(candidate, inner, read, seen);
        break;
      } catch {
        // Under another name, or not at all.
      }
    }
  }
}

let hasHooks = false;

/** Imports a module with the hooks of `module-hooks.ts` in place. */
async function importWithHooks(url: string): Promise<unknown> {
  if (!hasHooks) {
    hasHooks = true;
    await installHooks();
  }
  return import(url);
}

/**
 * What a plugin imports by the name of the program is loaded before: on Node 20 each module that is
 * loaded afterwards is asked about on another thread, and there are 600 of them.
 */
async function installHooks(): Promise<void> {
  const here = import.meta.url;
  const library = new URL('../index.js', here);
  // Tests run what has not been compiled.
  if (existsSync(library)) await import(library.href);
  // Node 22.15 and newer run hooks on the thread that imports; its types for Node 20 do not say so.
  const { registerHooks } = nodeModule as unknown as { registerHooks?: (hooks: object) => void };
  const hooks = new URL('./module-hooks.js', import.meta.url);
  if (registerHooks === undefined) nodeModule.register(hooks);
  else registerHooks(await import(hooks.href));
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node lists the modules that asked for one that is missing; the first line says what is missing.
  const [first = ''] = error.message.split('\n');
  return error.name === 'Error' ? first : `${error.name}: ${first}`;
}

/** Node does not say where in a module it stumbles; undefined when it is in another file. */
function syntaxErrorIn(text: string): unknown {
  try {
    stripTypes(text);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Node takes a .js file for CommonJS where the nearest package.json says so. */
function adviceOn(message: string): string | undefined {
  const isTakenForCommonJs = /outside a module|token 'export'/.test(message);
  return isTakenForCommonJs
    ? 'a name that ends in .mjs or .ts, or "type": "module" in the package.json above'
    : undefined;
}

/** Where in the file an error comes from, as far as its stack tells. */
function placeIn(error: unknown, url: string): { line: number; column: number } {
  const stack = isTree(error) || error instanceof Error ? String(error.stack ?? '') : '';
  const start = stack.indexOf(`${url}:`);
  const [, line = '1', column = '1'] =
    start < 0 ? [] : (/^(\d+)(?::(\d+))?/.exec(stack.slice(start + url.length + 1)) ?? []);
  return { line: Number(line), column: Number(column) };
}
