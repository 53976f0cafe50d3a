/** How one case ended. A skip names a property of the case that is not built yet; a case is never skipped by its name. */
export type Outcome =
  | { readonly result: 'pass' }
  | { readonly result: 'fail'; readonly expected: string; readonly actual: string }
  | { readonly result: 'skip'; readonly reason: string };

export interface CaseResult {
  readonly title: string;
  readonly outcome: Outcome;
}

/** One file of ../shared/cases and how it is run. */
export interface Suite {
  readonly name: string;
  /** The file's name below the cases folder. */
  readonly file: string;
  /** Runs every case of the parsed file (`_meta` explains its form), in order. */
  run(file: unknown): Promise<readonly CaseResult[]> | readonly CaseResult[];
}
