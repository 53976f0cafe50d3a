import { parseConsulUrl } from '@weft/control-plane';
import type { CliContext } from '../command/context.ts';
import { Failure } from '../command/failure.ts';
import type { Invocation } from '../command/invocation.ts';

export interface ConsulChoice {
  readonly url: string;
  readonly token: string | undefined;
}

/** What `--consul` names, with the token of Consul's own variable; undefined without it. */
export function consulIn(invocation: Invocation, cli: CliContext): ConsulChoice | undefined {
  const url = invocation.text('consul');
  if (url === undefined) return undefined;
  const token = cli.env['CONSUL_HTTP_TOKEN'];
  if (parseConsulUrl(url, token) === undefined) {
    throw new Failure('usage', `--consul takes a URL, not "${url}"`, '--consul http://127.0.0.1:8500');
  }
  return { url, token };
}
