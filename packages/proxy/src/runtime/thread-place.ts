/** Where a data plane stands among those of its process, and what they have in common. */
import type { Inheritance } from '../handover/inheritance.ts';
import type { HealthBoard } from '../workers/health-board.ts';
import type { SharedCells } from '../workers/shared-cells.ts';

export interface ThreadPlace {
  /** 0 to `count` - 1. */
  readonly index: number;
  /** How many data planes the process has. */
  readonly count: number;
  /** Numbers that all of them count together; undefined when there is one. */
  readonly cells: SharedCells | undefined;
  /** What the first one's health checks found, for the others; undefined when there is one. */
  readonly health: HealthBoard | undefined;
  /** Sockets of the process before this one. */
  readonly inheritance: Inheritance;
}

/** The only data plane of its process. */
export function onlyThread(inheritance: Inheritance): ThreadPlace {
  return { index: 0, count: 1, cells: undefined, health: undefined, inheritance };
}
