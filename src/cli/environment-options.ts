/**
 * Options from the environment: `KUBECLOCK_SEED=7` is `--seed 7`, unless the flag is given.
 *
 * yargs can do this itself, but then takes every KUBECLOCK_ variable for an option and refuses the
 * others.
 */

const prefix = 'KUBECLOCK_';
const yes = /^(?:1|true|yes|on)$/i;

/** Names of options by what they take. */
export interface OptionNames {
  readonly texts: readonly string[];
  readonly flags: readonly string[];
}

/** The values of the options that the environment sets, under the options' names. */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  { texts, flags }: OptionNames,
): Record<string, string | boolean> {
  const found: Record<string, string | boolean> = {};
  const variable = (name: string): string | undefined => {
    const value = env[prefix + name.toUpperCase().replaceAll('-', '_')];
    return value === '' ? undefined : value;
  };
  for (const name of texts) {
    const value = variable(name);
    if (value !== undefined) found[name] = value;
  }
  for (const name of flags) {
    const value = variable(name);
    if (value !== undefined) found[name] = yes.test(value);
  }
  return found;
}
