import type { Command } from '../command/command.ts';
import { version } from './version.ts';

/** Every command, in the order of `weft --help`. */
export const COMMANDS: readonly Command[] = [version];
