import type { OptionSpec } from '../command/command.ts';

export const CONSUL_OPTION: OptionSpec = {
  flags: '--consul <url>',
  kind: 'text',
  help: 'take services from a Consul agent too; ?dc=NAME chooses datacentres, CONSUL_HTTP_TOKEN is its token',
};
