/**
 * All formats that can be imported.
 */

import type { Importer } from './importer.js';
import { simkubeImporter } from './simkube/simkube-importer.js';

/** In alphabetical order of their formats; of two that recognise a file the first reads it. */
export const importers: readonly Importer[] = [simkubeImporter];
