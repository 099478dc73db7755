// `kubeclock sweep` in this process, with a pool that makes runs up, in a folder of its own.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../src/cli/program.js';
import { scenarioText } from '../scenario/memory-files.js';

const replicationEntry = new URL('./fake-replication.mjs', import.meta.url);

/** What a call has come to. */
export interface SweepCall {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class SweepProgram {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'kubeclock sweep '));
  readonly file: string = this.path('shop.yaml');

  constructor() {
    writeFileSync(this.file, scenarioText('seed: 1\nnodePools: [{name: a, count: 1}]'));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Calls `kubeclock sweep` with the words. */
  async call(words: readonly string[], env: Record<string, string> = {}): Promise<SweepCall> {
    let out = '';
    let err = '';
    const code = await runProgram(['sweep', ...words], {
      out: { write: (text: string) => (out += text) },
      err: { write: (text: string) => (err += text) },
      env,
      replicationEntry,
    });
    return { code, out, err };
  }

  /** A sweep of the scenario into a folder. */
  sweep(out: string, ...words: readonly string[]): Promise<SweepCall> {
    const workers = words.includes('--workers') ? [] : ['--workers', '1'];
    return this.call([this.file, '--out', this.path(out), ...workers, ...words]);
  }

  /** Names of a folder's files, with their texts but for meta.json, which knows the clock. */
  files(out: string): Record<string, string> {
    const names = readdirSync(this.path(out)).filter((name) => name !== 'meta.json');
    return Object.fromEntries(names.map((name) => [name, this.read(out, name)]));
  }

  read(out: string, name: string): string {
    return readFileSync(join(this.path(out), name), 'utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
