/** Prints the rules, or gives them to nft in the network namespace of this process or another. */
import { spawnSync } from 'node:child_process';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { type InterceptRules, installScript, removeScript } from './rules.ts';

export interface NftPlace {
  /** The name of a namespace (`ip netns`), or the path of one; undefined is the one that the command runs in. */
  readonly netns: string | undefined;
}

export function printRules(rules: InterceptRules, cli: CliContext): number {
  cli.out.write(installScript(rules));
  return EXIT.ok.code;
}

export function installRules(rules: InterceptRules, place: NftPlace, cli: CliContext): number {
  runNft(installScript(rules), place);
  cli.err.write(
    `captured: outbound to port ${rules.outboundPort}, inbound to port ${rules.inboundPort}, except of user ${rules.proxyUids.join(', ')}\n`,
  );
  return EXIT.ok.code;
}

export function removeRules(place: NftPlace, cli: CliContext): number {
  runNft(removeScript(), place);
  cli.err.write('nothing is captured\n');
  return EXIT.ok.code;
}

function runNft(script: string, { netns }: NftPlace): void {
  const nft = ['nft', '-f', '-'];
  const path = netns === undefined || netns.includes('/') ? netns : `/run/netns/${netns}`;
  const [program = '', ...args] = path === undefined ? nft : ['nsenter', `--net=${path}`, ...nft];
  const result = spawnSync(program, args, { input: script, encoding: 'utf8' });
  const said = `${result.stderr ?? ''}${result.error?.message ?? ''}`.trim();
  if (result.status === 0) return;
  if (/ENOENT|No such file or directory/.test(said) && !/netns|ns\/net/.test(said)) {
    throw new Failure(
      'failure',
      'there is no nft on this machine',
      'install nftables; `weft intercept print` needs none',
    );
  }
  const hint = /not permitted|Permission denied/.test(said)
    ? 'it takes root, or the capability CAP_NET_ADMIN'
    : undefined;
  throw new Failure('failure', `nft refused the rules: ${said.split('\n')[0]}`, hint);
}
