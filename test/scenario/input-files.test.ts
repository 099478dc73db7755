// What a run keeps of its input, and that it reads the same from it.
import { describe, expect, test } from 'vitest';
import { renderInputsJson } from '../../src/report/inputs-json.js';
import { type InputFiles, keptFiles, RecordingFiles } from '../../src/scenario/input-files.js';
import { parseRunInputs, type RunInputs } from '../../src/scenario/run-inputs.js';

/** Two files in a folder; counts how often each is read. */
class CountingFiles implements InputFiles {
  readonly reads = new Map<string, number>();

  kindOf(path: string): 'file' | 'folder' | undefined {
    return path === '/x/app' ? 'folder' : 'file';
  }

  read(path: string): string {
    this.reads.set(path, (this.reads.get(path) ?? 0) + 1);
    return `text of ${path}`;
  }

  bytes(path: string): Uint8Array {
    return new TextEncoder().encode(this.read(path));
  }

  list(folder: string, pattern: string): readonly string[] {
    if (pattern !== '/x/app') return [folder === '.' ? pattern : `${folder}/${pattern}`];
    return ['/x/app/a.yaml', '/x/app/b.yaml'];
  }

  shippedProfile(name: string): string | undefined {
    return name === 'ha' ? 'kind: Profile' : undefined;
  }
}

const stated = (...files: string[]) => ({ name: 'n', seed: '1', files, options: new Map() });

describe('files that are recorded', () => {
  test('are read once, however often they are asked for: standard input can be read no oftener', () => {
    const disk = new CountingFiles();
    const files = new RecordingFiles(disk);
    expect([files.read('-'), files.read('-')]).toEqual(['text of -', 'text of -']);
    expect(disk.reads).toEqual(new Map([['-', 1]]));
  });

  test('are kept with their text, under the names that the arguments have', () => {
    const files = new RecordingFiles(new CountingFiles());
    for (const name of files.list('.', '/x/app')) files.read(name);
    expect(files.inputs(stated('/x/app'))).toEqual({
      ...stated('app'),
      lists: [{ folder: '.', pattern: 'app', names: ['app/a.yaml', 'app/b.yaml'] }],
      texts: new Map([
        ['app/a.yaml', 'text of /x/app/a.yaml'],
        ['app/b.yaml', 'text of /x/app/b.yaml'],
      ]),
    });
  });

  test('keep the pattern that a scenario has written, and its profile', () => {
    const files = new RecordingFiles(new CountingFiles());
    files.list('.', '/x/s.yaml');
    files.read('/x/s.yaml');
    files.list('/x', 'a.yaml');
    files.shippedProfile('ha');
    files.shippedProfile('nothing');
    const { lists, texts } = files.inputs(stated('/x/s.yaml'));
    expect(lists).toEqual([
      { folder: '.', pattern: 's.yaml', names: ['s.yaml'] },
      { folder: '.', pattern: 'a.yaml', names: ['a.yaml'] },
    ]);
    expect([...texts.keys()]).toEqual(['s.yaml', 'profile ha']);
  });

  test('give options that name a file its name', () => {
    const files = new RecordingFiles(new CountingFiles());
    files.read('/etc/scheduler.yaml');
    const options = new Map<string, string | readonly string[]>([
      ['schedulerConfig', '/etc/scheduler.yaml'],
      ['until', '10m'],
      ['set', ['a=/etc/scheduler.yaml']],
    ]);
    expect([...files.inputs({ ...stated('-'), options }).options.values()]).toEqual([
      'scheduler.yaml',
      '10m',
      ['a=/etc/scheduler.yaml'],
    ]);
  });
});

describe('inputs.json', () => {
  const inputs: RunInputs = {
    name: 'shop',
    seed: '7',
    files: ['shop.yaml'],
    options: new Map<string, string | boolean | readonly string[]>([
      ['strict', true],
      ['set', ['horizon=5m']],
    ]),
    lists: [{ folder: '.', pattern: 'shop.yaml', names: ['shop.yaml'] }],
    texts: new Map([['shop.yaml', 'kind: Scenario # ü "\n']]),
  };

  test('is read as it was written', () => {
    expect(parseRunInputs(renderInputsJson(inputs))).toEqual(inputs);
  });

  test.each([
    ['half of it', (text: string) => text.slice(0, 100)],
    ['a later schema', (text: string) => text.replace('"schemaVersion": 1', '"schemaVersion": 2')],
    ['a field that is missing', (text: string) => text.replace('"seed"', '"seeds"')],
    ['another file', () => '[]'],
  ])('is refused when it is %s', (_what, changed) => {
    const text = renderInputsJson(inputs);
    expect(changed(text)).not.toBe(text);
    expect(parseRunInputs(changed(text))).toBeUndefined();
  });

  test('answers for the files of the run and for no others', () => {
    const files = keptFiles(inputs);
    expect(files.list('.', 'shop.yaml')).toEqual(['shop.yaml']);
    expect(files.read('shop.yaml')).toContain('ü');
    expect(files.kindOf('shop.yaml')).toBe('file');
    expect(files.list('.', 'other.yaml')).toEqual([]);
    expect(files.kindOf('other.yaml')).toBeUndefined();
    expect(files.shippedProfile('ha')).toBeUndefined();
    expect(() => files.read('other.yaml')).toThrow('other.yaml is not among the kept inputs');
  });
});
