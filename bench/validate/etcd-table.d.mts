// Types of the part of etcd-table.mjs that tests use.

export interface OfficialRow {
  readonly name: string;
  readonly clients: number;
  readonly perSecond: number;
  readonly latencyUs: number;
  measure(forUs: number): { readonly perSecond: number; readonly meanUs: number };
}

export const officialRows: readonly OfficialRow[];
