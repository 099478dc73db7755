/**
 * The options that formats take beside their files. They stand apart from the importers, so that
 * help need not load these.
 */

/** An option `--name VALUE`, which may be repeated. */
export interface FormatOption {
  readonly format: string;
  /** Lower case, words joined by `-`. */
  readonly name: string;
  readonly describe: string;
}

/** In order of the formats, then of the names. */
export const formatOptions: readonly FormatOption[] = [
  {
    format: 'azure',
    name: 'minutes',
    describe: 'how many minutes of counts of invocations arrive, 60 when absent',
  },
  { format: 'azure', name: 'nodes', describe: 'how many nodes, such as 10 or 10x16cpu64Gi' },
  { format: 'cl2', name: 'nodes', describe: 'how many nodes, such as 100 or 100x4cpu16Gi' },
  { format: 'cl2', name: 'overrides', describe: 'a file of values for the templates' },
  { format: 'kube-burner', name: 'nodes', describe: 'how many nodes, such as 10 or 10x4cpu16Gi' },
  {
    format: 'kube-burner',
    name: 'user-data',
    describe: 'a file of values for the templates, also for what else the environment would say',
  },
  { format: 'kwok', name: 'nodes', describe: 'how many nodes of a template, such as 10' },
  {
    format: 'openb',
    name: 'load',
    describe: 'part of all GPUs that pods ask for together, such as 1.3; absent: the list.',
  },
];
