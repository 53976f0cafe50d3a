/** How long and how hard; smaller for a quick look. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** A number that a scenario measures of each of its subjects. */
export interface Column {
  readonly key: string;
  readonly title: string;
  /** Behind the decimal point. */
  readonly digits: number;
}

/** What was measured of one subject. */
export interface Measurement {
  readonly name: string;
  /** Medians by column key; NaN is not measured. */
  readonly values: Readonly<Record<string, number>>;
  readonly failures: number;
}

/** What one scenario found. */
export interface ScenarioResult {
  readonly title: string;
  /** How to read the table, for people. */
  readonly method: string;
  readonly columns: readonly Column[];
  readonly measurements: readonly Measurement[];
  /** Programs that could not be had here, with the reason. */
  readonly missing: readonly string[];
  /** Name → version of everything that took part. */
  readonly versions: Readonly<Record<string, string>>;
  /** What the project promises of these numbers. */
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  /** The column it is about. */
  readonly column: string;
  readonly ours: string;
  /** Whose number ours is divided by; absent when the number itself counts. */
  readonly theirs?: string;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  run(effort: Effort, progress: (line: string) => void): Promise<ScenarioResult>;
}

/** A scenario that is about no proxy beside others, and so has options and a report of its own. */
export interface OwnScenario {
  readonly name: string;
  readonly summary: string;
  /** `head` is the line that tells when and where it ran. */
  report(
    options: {
      readonly services: number;
      readonly endpoints: number;
      readonly proxies: number;
      readonly seconds: number;
    },
    head: string,
    progress: (line: string) => void,
  ): Promise<{ readonly markdown: string; readonly json: object }>;
}
