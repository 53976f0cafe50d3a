import type { Command } from '../command/command.ts';
import { demo } from './demo.ts';
import { version } from './version.ts';

/** Every command, in the order of `weft --help`. */
export const COMMANDS: readonly Command[] = [demo, version];
