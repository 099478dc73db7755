/**
 * How Node finds and reads the modules of plugins: TypeScript has its types blanked out, and the
 * name `kubeclock` is this very program, wherever the plugin lies. Node runs these functions, on a
 * thread of its own where it has only `module.register`.
 */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isTypeScript, stripTypes } from './type-stripping.js';

interface ResolveContext {
  readonly parentURL?: string;
}

interface Resolved {
  readonly url: string;
  readonly format?: string | null;
  readonly shortCircuit?: boolean;
}

interface Loaded {
  readonly format: string;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}

type Next<T, Context> = (target: string, context: Context) => T | Promise<T>;

/** `kubeclock`, and files that only exist as TypeScript under the name of what they compile to. */
export function resolve(
  specifier: string,
  context: ResolveContext,
  next: Next<Resolved, ResolveContext>,
): Resolved | Promise<Resolved> {
  const url = specifier === 'kubeclock' ? libraryUrl() : typeScriptTwin(specifier, context);
  return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
}

/** TypeScript as a module; everything else as Node reads it. */
export function load<Context>(
  url: string,
  context: Context,
  next: Next<Loaded, Context>,
): Loaded | Promise<Loaded> {
  if (!url.startsWith('file:') || !isTypeScript(url)) return next(url, context);
  const source = stripTypes(readFileSync(fileURLToPath(url), 'utf8'));
  return { format: 'module', source, shortCircuit: true };
}

function libraryUrl(): string {
  const here = import.meta.url;
  return new URL('../index.js', here).href;
}

/** `./prices.js` beside a `prices.ts`, as TypeScript wants it written. */
function typeScriptTwin(specifier: string, { parentURL }: ResolveContext): string | undefined {
  const isOwn = /^\.{1,2}\//.test(specifier) && /\.m?js$/.test(specifier);
  if (!isOwn || parentURL === undefined || !isTypeScript(parentURL)) return undefined;
  const plain = new URL(specifier, parentURL);
  const twin = new URL(specifier.replace(/js$/, 'ts'), parentURL);
  if (existsSync(plain) || !existsSync(twin)) return undefined;
  return twin.href;
}
