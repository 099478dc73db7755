/**
 * The arguments and options that one command has for itself.
 */

import type { Argv } from 'yargs';
import { formatNames } from '../report/formats/format-names.js';
import { withInputOptions } from './options.js';

/** Options of `run`. */
export function withRunOptions(command: Argv): Argv {
  return command.options({
    out: {
      type: 'string',
      describe: 'Folder of the results [default: results/NAME-SEED]',
      requiresArg: true,
    },
    svg: { type: 'boolean', describe: 'Write the plots as SVG files too, to plots/' },
    verify: { type: 'boolean', describe: 'Run twice; exit 5 when the traces differ' },
    'max-wall': {
      type: 'string',
      describe: 'Stop after this much real time, such as 60s',
      requiresArg: true,
    },
    'max-events': { type: 'string', describe: 'Stop after this many events', requiresArg: true },
    'max-memory': {
      type: 'string',
      describe: 'Stop when the heap is larger, such as 2Gi',
      requiresArg: true,
    },
  });
}

/** Options of `sweep`. */
export function withSweepOptions(command: Argv): Argv {
  return command.options({
    list: {
      alias: 'L',
      type: 'string',
      describe: 'path=a,b,c: values of a path of the scenario; may be repeated',
      requiresArg: true,
    },
    scan: {
      type: 'string',
      describe: 'path=from:to[:step]: numbers, with or without a unit; may be repeated',
      requiresArg: true,
    },
    policy: {
      type: 'string',
      describe: "NAME=FILE: a KubeSchedulerConfiguration; NAME alone: the scenario's own",
      requiresArg: true,
    },
    seeds: { type: 'string', describe: 'Runs of each cell [default: 5]', requiresArg: true },
    workers: workersOption,
    find: {
      type: 'string',
      describe: 'max:path=from:to[:step] or min:...: the largest or smallest value that holds',
      requiresArg: true,
    },
    where: {
      type: 'string',
      describe: "When it holds: a measure and its bound, such as 'pod_startup_p99<5s'",
      requiresArg: true,
    },
    measures: {
      type: 'string',
      describe:
        'Measures that tables and plots show, as a,b [default: those in which cells differ]',
      requiresArg: true,
    },
    shard: {
      type: 'string',
      describe: 'i/n: only this part [default: that of the Indexed Job, if this is a Pod of one]',
      requiresArg: true,
    },
    manifest: {
      type: 'string',
      describe: 'Print a Kubernetes Job of this many shards instead of making runs',
      requiresArg: true,
    },
    image: {
      type: 'string',
      describe: 'Image of the Pods of --manifest; it has kubeclock [default: kubeclock:VERSION]',
      requiresArg: true,
    },
    yes: { alias: 'y', type: 'boolean', describe: 'Make more than 10,000 runs' },
    out: {
      type: 'string',
      describe: 'Folder of the results; runs that it has are kept [default: results/NAME-sweep]',
      requiresArg: true,
    },
  });
}

const workersOption = {
  type: 'string',
  describe: 'Runs at once [default: the cores of this machine]',
  requiresArg: true,
} as const;

/** Options of `compare`. */
export function withCompareOptions(command: Argv): Argv {
  return command.options({
    policy: {
      type: 'string',
      describe:
        "NAME=FILE: a KubeSchedulerConfiguration; NAME alone: the scenario's own; the first is " +
        'the one that the others are compared with',
      requiresArg: true,
    },
    seeds: { type: 'string', describe: 'Runs of each policy [default: 20]', requiresArg: true },
    precision: {
      type: 'string',
      describe: 'Stop when every difference is known to this part of the mean, such as 2%',
      requiresArg: true,
    },
    measures: {
      type: 'string',
      describe: 'Compare by these only, as a,b [default: all]',
      requiresArg: true,
    },
    pareto: {
      type: 'string',
      describe: 'Say which policies no other is better than by these measures, as a,b',
      requiresArg: true,
    },
    steady: {
      type: 'string',
      describe: 'Columns of timeseries.csv of which the means after the warm-up are compared',
      requiresArg: true,
    },
    workers: workersOption,
    out: {
      type: 'string',
      describe: 'Folder of the results [default: results/NAME-compare]',
      requiresArg: true,
    },
  });
}

/** Arguments of `report`. */
export function withReportOptions(command: Argv): Argv {
  return command
    .positional('folder', { type: 'string', describe: 'Results folder of a run' })
    .options({
      svg: { type: 'boolean', describe: 'Draw the plots as SVG files, to DIR/plots/' },
      format: {
        type: 'string',
        describe: `For other programs, several with commas: ${formatNames.join(', ')}`,
        requiresArg: true,
      },
    });
}

/** Arguments of `check`. */
export function withCheckOptions(command: Argv): Argv {
  return command
    .positional('files', {
      type: 'string',
      describe: 'Scenarios: files, folders, patterns; those after a ! are left out',
    })
    .options({
      baseline: {
        type: 'string',
        describe: 'Folder of the baselines [default: results/baselines]',
        requiresArg: true,
      },
      update: { type: 'boolean', describe: 'Write the baselines that differ instead of failing' },
      tolerance: {
        type: 'string',
        describe: 'METRIC=2%, or 2% for all: by how much figures may differ; may be repeated',
        requiresArg: true,
      },
      reporter: {
        type: 'string',
        describe:
          'console, junit, github, markdown, json or tap, to stdout or NAME=FILE; may be repeated',
        requiresArg: true,
      },
      workers: {
        type: 'string',
        describe: 'Runs at once [default: the cores of this machine]',
        requiresArg: true,
      },
    });
}

/** Arguments of `explain`. */
export function withExplainOptions(command: Argv): Argv {
  return command
    .positional('subject', { type: 'string', describe: 'What is explained: pod' })
    .positional('name', {
      type: 'string',
      describe: 'NAME or NAMESPACE/NAME, or the beginning that no other pod has',
    })
    .options({
      run: {
        type: 'string',
        describe: 'Folder of a run that was made, instead of FILE',
        requiresArg: true,
      },
      namespace: {
        alias: 'n',
        type: 'string',
        describe: 'Namespace of the pod [default: default]',
        requiresArg: true,
      },
      top: {
        type: 'string',
        describe: 'Nodes to show in a list: a number, or all [default: 10]',
        requiresArg: true,
      },
    });
}

/** Arguments of `get` and `describe`. */
export function withObjects(command: Argv): Argv {
  return withLook(command)
    .positional('resources', {
      type: 'string',
      describe: 'TYPE, TYPE NAME... or TYPE/NAME...; several types with commas; all',
    })
    .options({
      namespace: {
        alias: 'n',
        type: 'string',
        describe: 'Namespace [default: default]',
        requiresArg: true,
      },
      'all-namespaces': { alias: 'A', type: 'boolean', describe: 'Objects of all namespaces' },
      selector: {
        alias: 'l',
        type: 'string',
        describe: 'Only with these labels',
        requiresArg: true,
      },
    });
}

/** Options of every command that looks at a cluster at a time. */
export function withLook(command: Argv): Argv {
  return withInputOptions(command).options({
    run: {
      type: 'string',
      describe: 'Folder of a run that was made, instead of --filename',
      requiresArg: true,
    },
    filename: {
      alias: 'f',
      type: 'string',
      describe: 'A scenario or manifests to run; may be repeated',
      requiresArg: true,
    },
    at: {
      type: 'string',
      describe: 'Time since the start, such as 42s [default: the end of the run]',
      requiresArg: true,
    },
  });
}

/** Options of `get`. */
export function withListing(command: Argv): Argv {
  return command.options({
    output: { type: 'string', describe: 'table, wide, json, yaml or name', requiresArg: true },
    'sort-by': {
      type: 'string',
      describe: 'A field, such as .metadata.creationTimestamp',
      requiresArg: true,
    },
    'show-labels': { type: 'boolean', describe: 'A last column LABELS' },
    headers: { type: 'boolean', describe: 'Titles of the columns; --no-headers for none' },
  });
}

/** Arguments of `conformance`. */
export function withConformanceOptions(command: Argv): Argv {
  return command
    .positional('subject', { type: 'string', describe: 'What decides: scheduler' })
    .positional('folder', { type: 'string', describe: 'Folder of the recordings' })
    .options({
      inputs: {
        type: 'string',
        describe:
          'Folder of the manifests that sequences name [default: $KUBECLOCK_CORPUS/kubesbs]',
        requiresArg: true,
      },
      only: { type: 'string', describe: 'One family, or the id of one case', requiresArg: true },
    });
}

/** Arguments of `fidelity`. */
export function withFidelityOptions(command: Argv): Argv {
  return command
    .positional('folder', { type: 'string', describe: 'Folder of the recordings' })
    .options({
      only: {
        type: 'string',
        describe: 'One group of runs such as b500-200, or one scenario such as b',
        requiresArg: true,
      },
      profile: {
        type: 'string',
        describe: 'The machine: a profile that ships with kubeclock, or a file',
        default: 'recorded-2core',
        requiresArg: true,
      },
    });
}
