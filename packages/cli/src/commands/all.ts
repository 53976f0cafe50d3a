import type { Command } from '../command/command.ts';
import { analyze } from './analyze.ts';
import { apply } from './apply.ts';
import { control } from './control.ts';
import { remove } from './delete.ts';
import { demo } from './demo.ts';
import { edit } from './edit.ts';
import { explain } from './explain.ts';
import { gateway } from './gateway.ts';
import { get } from './get.ts';
import { intercept } from './intercept.ts';
import { proxy } from './proxy.ts';
import { proxyConfig } from './proxy-config.ts';
import { proxyStatus } from './proxy-status.ts';
import { run } from './run.ts';
import { suggest } from './suggest.ts';
import { up } from './up.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';

/** Every command, in the order of `weft --help`. */
export const COMMANDS: readonly Command[] = [
  demo,
  up,
  run,
  apply,
  get,
  edit,
  remove,
  validate,
  analyze,
  explain,
  suggest,
  proxyStatus,
  proxyConfig,
  version,
  control,
  gateway,
  proxy,
  intercept,
];
