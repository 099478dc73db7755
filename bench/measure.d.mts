export function summaryOf(samples: readonly number[]): { value: number; spread: number };
