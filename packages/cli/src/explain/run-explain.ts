import { hasErrors } from '@weft/base';
import { buildSnapshot, proxyOf } from '@weft/mesh';
import { translate } from '@weft/translate';
import type { ApiClient } from '../client/api-client.ts';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { readInputs } from '../command/read-input.ts';
import { loadConfig } from '../config-files/load-config.ts';
import { findProxy } from '../inspect/find-proxy.ts';
import { type Call, explainCall } from './explain-call.ts';
import { printExplained } from './print-explained.ts';
import { syntheticNode } from './synthetic-node.ts';
import { type AssignedXds, decodeAssigned, type XdsView } from './xds-view.ts';

export interface ExplainOptions {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly from: string;
  /** Explain from files; empty: from what the proxy is assigned now. */
  readonly files: readonly string[];
  readonly json: boolean;
}

/** Prints what would become of the request. */
export async function runExplain(options: ExplainOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const call = callOf(options);
  const view = options.files.length > 0 ? await viewOfFiles(options, cli) : await viewOfLive(options.from, api);
  const explained = explainCall(view, call, cli.random);
  cli.out.write(options.json ? `${JSON.stringify(explained, null, 2)}\n` : printExplained(explained, cli.out));
  return EXIT.ok.code;
}

function callOf(options: ExplainOptions): Call {
  const method = options.method.toUpperCase();
  const url = URL.parse(options.url.includes('://') ? options.url : `http://${options.url}`);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Failure('usage', `"${options.url}" is no HTTP URL`);
  const host = options.headers[options.headers.indexOf('host') + 1];
  // As with curl, a Host header overrides the URL's host and leaves the port to connect to.
  if (options.headers.includes('host') && host !== undefined) url.hostname = host.replace(/:\d+$/, '');
  return { method, url, headers: options.headers };
}

async function viewOfFiles(options: ExplainOptions, cli: CliContext): Promise<XdsView> {
  const loaded = loadConfig(await readInputs(options.files, cli));
  if (hasErrors(loaded.issues)) throw new ConfigFailure(loaded.issues, loaded.texts);
  const node = syntheticNode(options.from, loaded.resources);
  const snapshot = buildSnapshot(loaded.resources);
  return { nodeId: node.id, ...translate(snapshot, proxyOf(snapshot, node)) };
}

async function viewOfLive(from: string, api: ApiClient): Promise<XdsView> {
  const proxy = await findProxy(from, api);
  return decodeAssigned(await api.get<AssignedXds>(`/debug/xds?proxyID=${encodeURIComponent(proxy.nodeId)}`));
}
