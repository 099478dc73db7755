/**
 * What the Azure traces do not say of the pods that serve their requests.
 */

import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  promptTokensPerSecond: {
    value: 5_000,
    unit: 'tokens/s',
    source: 'ASSUMED one GPU of 2023 with a model of 13 billion parameters',
    note: 'read before the first token is generated',
  },
  generatedTokensPerSecond: {
    value: 40,
    unit: 'tokens/s',
    source: 'ASSUMED one GPU of 2023 with a model of 13 billion parameters',
    note: 'of one request',
  },
  functionCpuMilli: {
    value: 250,
    unit: 'm',
    source: 'ASSUMED; the traces have no CPU',
  },
  functionMemoryMebibytes: {
    value: 170,
    unit: 'MiB',
    source: 'Azure Functions trace 2019: the median application allocates 170 MB (USENIX ATC 2020)',
    note: 'where no file of memory says more',
  },
} as const;

/** Of functions and of requests to language models. */
export const azureConstants: Constants<typeof table> = defineConstants('azure-traces', table);
