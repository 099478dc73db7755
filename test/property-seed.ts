// Every property starts from the same seed: a change is judged by what it changed, not by luck.
// KUBECLOCK_PROPERTY_SEED=random looks for new counterexamples; a number repeats such a run.
import fc from 'fast-check';

const wished = process.env['KUBECLOCK_PROPERTY_SEED'] ?? '1';
if (wished !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wished) });
