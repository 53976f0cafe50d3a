/** Sizes a person may choose. */
export interface OwnOptions {
  readonly services: number;
  readonly endpoints: number;
  readonly proxies: number;
  /** Of a load that lasts. */
  readonly seconds: number;
}

/** A scenario that is not about forwarding and has a report of its own. */
export interface OwnScenario {
  readonly name: string;
  readonly summary: string;
  /** `head` says when, of what and on what machine this was measured. */
  report(
    options: OwnOptions,
    head: string,
    progress: (line: string) => void,
  ): Promise<{ readonly markdown: string; readonly json: object }>;
}
