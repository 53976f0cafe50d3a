import type { Measurement } from '../measure/rounds.ts';

/** How long and how hard; smaller for a quick look. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** What one scenario found. */
export interface ScenarioResult {
  readonly title: string;
  readonly measurements: readonly Measurement[];
  /** Programs that could not be had here, with the reason. */
  readonly missing: readonly string[];
  /** Name → version of everything that took part. */
  readonly versions: Readonly<Record<string, string>>;
  /** Ratios of CPU per request that the project promises, by sentence. */
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
  /** At most this many times theirs. */
  readonly atMost: number;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  run(effort: Effort, progress: (line: string) => void): Promise<ScenarioResult>;
}
