/** Of a case, what chooses it. */
export interface Named {
  readonly name: string;
  readonly figures?: readonly { readonly name: string }[];
  readonly isLong?: boolean;
}

export function chosenCases<C extends Named>(
  cases: readonly C[],
  names: readonly string[],
  isFull: boolean,
): readonly C[];
