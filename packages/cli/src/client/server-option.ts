import type { OptionSpec } from '../command/command.ts';
import type { CliContext } from '../command/context.ts';
import type { Invocation } from '../command/invocation.ts';
import { ApiClient } from './api-client.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:15016';

/** `--server`, the same for every command that talks to a control plane. */
export const SERVER_OPTION: OptionSpec = {
  flags: '--server <url>',
  kind: 'text',
  help: `the control plane's API (default: $WEFT_SERVER or ${DEFAULT_SERVER})`,
};

export function serverOf(invocation: Invocation, cli: CliContext): string {
  const chosen = invocation.text('server') ?? cli.env['WEFT_SERVER'] ?? DEFAULT_SERVER;
  return /^https?:\/\//.test(chosen) ? chosen : `http://${chosen}`;
}

export function apiClient(invocation: Invocation, cli: CliContext): ApiClient {
  return new ApiClient(serverOf(invocation, cli));
}
