/**
 * TypeScript to JavaScript by blanking out the types, which keeps every line and column: what newer
 * releases of Node do themselves, with the same compiler. What needs code to be made (enum,
 * namespace, parameter properties) is refused.
 */

import { createRequire } from 'node:module';

/** Why a text is not TypeScript whose types can be blanked out. */
export class TypeStrippingError extends Error {
  override readonly name = 'TypeStrippingError';
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

interface Compiler {
  transformSync(source: string, options: { mode: 'strip-only' }): { readonly code: string };
}

/** What the compiler throws. */
interface Refusal {
  readonly message?: string;
  /** From 1. */
  readonly startLine?: number;
  /** From 0. */
  readonly startColumn?: number;
}

let compiler: Compiler | undefined;

/**
 * The JavaScript of a TypeScript text. The compiler, 3.7 MB of WebAssembly, is loaded at the first
 * call: about 150 ms.
 * @throws TypeStrippingError for what is not TypeScript, or needs more than blanking out.
 */
export function stripTypes(source: string): string {
  compiler ??= createRequire(import.meta.url)('@swc/wasm-typescript') as Compiler;
  try {
    return compiler.transformSync(source, { mode: 'strip-only' }).code;
  } catch (error) {
    if (error instanceof Error || typeof error !== 'object' || error === null) throw error;
    const { message, startLine = 1, startColumn = 0 } = error as Refusal;
    throw new TypeStrippingError(String(message), startLine, startColumn + 1);
  }
}

/** Whether a path or address is that of a TypeScript module. */
export function isTypeScript(path: string): boolean {
  return /\.m?ts$/.test(path);
}
