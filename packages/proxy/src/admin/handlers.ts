/** Envoy's admin paths (docs: operations/admin). One row a path: what it needs, what it says about itself, what it answers. */
import type { JsonObject } from '@bufbuild/protobuf';
import { LOG_LEVELS, type LogLevel } from '@weft/base';
import { ON_DEMAND } from '../on-demand.ts';
import type { AdminView, HeldResource, ServerInfoView } from './admin-view.ts';
import { certificatesJson } from './certs-page.ts';
import { clustersJson, clustersText } from './clusters-page.ts';
import type { MessagePrinter } from './message-json.ts';
import { badRequest, jsonReply, type Reply, textReply } from './reply.ts';
import { socketAddressJson } from './socket-address.ts';
import { statsPage } from './stats-page.ts';

export interface AdminContext {
  readonly view: AdminView;
  /** Loaded when the first message is to be printed. */
  readonly printer: () => Promise<MessagePrinter>;
  /** Milliseconds since the epoch, now. */
  readonly nowMs: () => number;
}

export interface AdminHandler {
  /** True for what changes something: only POST may do that, so that no link or image on a page can. */
  readonly mutates: boolean;
  /** True for what reads numbers that threads keep for themselves: they are brought together first. */
  readonly gathers: boolean;
  readonly help: string;
  handle(context: AdminContext, query: URLSearchParams, method: string): Reply | Promise<Reply>;
}

function read(help: string, handle: AdminHandler['handle']): AdminHandler {
  return { mutates: false, gathers: false, help, handle };
}

function readAll(help: string, handle: AdminHandler['handle']): AdminHandler {
  return { mutates: false, gathers: true, help, handle };
}

function change(help: string, handle: AdminHandler['handle']): AdminHandler {
  return { mutates: true, gathers: false, help, handle };
}

async function serverInfo({ view, printer, nowMs }: AdminContext): Promise<Reply> {
  const info: ServerInfoView = view.serverInfo();
  const uptime = `${Math.floor((nowMs() - info.startedMs) / 1000)}s`;
  return jsonReply({
    version: info.version,
    state: info.state,
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    command_line_options: {
      concurrency: info.concurrency,
      config_path: info.configPath,
      drain_time: `${info.drainTimeMs / 1000}s`,
      restart_epoch: info.restartEpoch,
    },
    ...(info.node === undefined ? {} : { node: (await printer()).print(info.node, false) }),
  });
}

/** /ready, which load balancers and the readiness port ask. */
export function ready({ view }: AdminContext): Reply {
  const { state } = view.serverInfo();
  return textReply(`${state}\n`, state === 'LIVE' ? 200 : 503);
}

function memory({ view }: AdminContext): Reply {
  const used = view.memory();
  return jsonReply({
    allocated: String(used.heapUsed + used.external),
    heap_size: String(used.heapTotal),
    total_physical_bytes: String(used.rss),
  });
}

/** Envoy's names for levels that have another name here. */
const LEVEL_ALIASES: Readonly<Record<string, LogLevel>> = { warning: 'warn' };

function logging({ view }: AdminContext, query: URLSearchParams, method: string): Reply {
  const other = [...query.keys()].find((key) => key !== 'level');
  if (other !== undefined) return badRequest(`there is one logger and no \`${other}\`: /logging?level=debug`);
  const wanted = query.get('level');
  if (wanted !== null) {
    if (method !== 'POST') return textReply('changing the level needs POST\n', 405);
    const level = LEVEL_ALIASES[wanted] ?? LOG_LEVELS.find((known) => known === wanted);
    if (level === undefined) return badRequest(`level=${wanted} is none of ${LOG_LEVELS.join(', ')}`);
    view.setLogLevel(level);
  }
  return textReply(`active logger: ${view.logLevel()}\n`);
}

/** What has not all its parts yet, in Envoy's form. */
function initDump({ view }: AdminContext): Reply {
  const { clusters, listeners } = view.config();
  const waiting = (kind: string, held: readonly HeldResource[]): JsonObject[] => {
    const names = held.filter(({ state }) => state === 'warming').map(({ name }) => name);
    return names.length === 0 ? [] : [{ name: kind, target_names: names }];
  };
  return jsonReply({ unready_targets_dumps: [...waiting('clusters', clusters), ...waiting('listeners', listeners)] });
}

function asJson(query: URLSearchParams): boolean {
  return query.get('format') === 'json';
}

/** Every path, in the order of /help. */
export const ADMIN_HANDLERS: ReadonlyMap<string, AdminHandler> = new Map([
  ['/certs', read('print certificates on this proxy', ({ view, nowMs }) => jsonReply(certificatesJson(view, nowMs())))],
  [
    '/contention',
    read('print mutex contention', () =>
      textReply('Mutex contention tracing is not enabled: threads of this proxy share no locks.\n'),
    ),
  ],
  [
    '/clusters',
    readAll('upstream cluster status (format=json)', ({ view }, query) =>
      asJson(query) ? jsonReply(clustersJson(view.clusters())) : textReply(clustersText(view.clusters())),
    ),
  ],
  [
    '/config_dump',
    read('dump the configuration (include_eds, resource=, mask=, name_regex=)', async ({ view, printer }, query) => {
      const { configDump } = await ON_DEMAND.configDump();
      return configDump(view, query, await printer());
    }),
  ],
  [
    '/drain_listeners',
    change('drain listeners, requests in flight finish (inboundonly, graceful, skip_exit)', ({ view }, query) => {
      const graceful = query.has('graceful');
      const skipExit = query.has('skip_exit');
      if (skipExit && !graceful) return badRequest('skip_exit goes with graceful: /drain_listeners?graceful&skip_exit');
      view.drainListeners({ inboundOnly: query.has('inboundonly'), graceful, skipExit });
      return textReply('OK\n');
    }),
  ],
  [
    '/healthcheck/fail',
    change('make /ready answer 503 while traffic is still served', ({ view }) => {
      view.setHealthcheckFail(true);
      return textReply('OK\n');
    }),
  ],
  [
    '/healthcheck/ok',
    change('make /ready answer 200 again', ({ view }) => {
      view.setHealthcheckFail(false);
      return textReply('OK\n');
    }),
  ],
  [
    '/hot_restart',
    change('start a successor on the same sockets, then drain and end', ({ view }) =>
      view.hotRestart() ? textReply('OK\n') : textReply('whoever started this proxy restarts it\n', 501),
    ),
  ],
  ['/init_dump', read('print what the proxy still waits for', initDump)],
  ['/help', read('print this list', () => textReply(helpText()))],
  [
    '/listeners',
    read('print listeners and their addresses (format=json)', ({ view }, query) => {
      const listeners = view.listeners();
      if (!asJson(query)) return textReply(listeners.map(({ name, address }) => `${name}::${address}\n`).join(''));
      return jsonReply({
        listener_statuses: listeners.map(({ name, address }) => ({ name, local_address: socketAddressJson(address) })),
      });
    }),
  ],
  ['/logging', read('show the log level; POST with level= changes it', logging)],
  ['/memory', readAll('print memory in use', memory)],
  [
    '/quitquitquit',
    change('end the process', ({ view }) => {
      view.quit();
      return textReply('OK\n');
    }),
  ],
  ['/ready', read('print the state of the server; 503 unless it is LIVE', ready)],
  [
    '/reopen_logs',
    change('open access logs again, after they have been rotated', ({ view }) => {
      view.reopenLogs();
      return textReply('OK\n');
    }),
  ],
  [
    '/reset_counters',
    change('set all counters to zero', ({ view }) => {
      view.resetCounters();
      return textReply('OK\n');
    }),
  ],
  [
    '/runtime',
    // Keys of a runtime would override defaults of the configuration; nothing does here.
    read('print runtime values: there are none', () => jsonReply({ layers: [], entries: {} })),
  ],
  ['/server_info', read('print version, state and node', serverInfo)],
  [
    '/stats',
    readAll('print statistics (filter=, type=, usedonly, format=text|json|prometheus)', ({ view }, query) =>
      statsPage(view, query, query.get('format') ?? 'text'),
    ),
  ],
  [
    '/stats/prometheus',
    readAll('print statistics for Prometheus (filter=, usedonly)', ({ view }, query) =>
      statsPage(view, query, 'prometheus'),
    ),
  ],
]);

export function helpText(): string {
  let text = 'admin commands are:\n';
  for (const [path, handler] of ADMIN_HANDLERS)
    text += `  ${path}${handler.mutates ? ' (POST)' : ''}: ${handler.help}\n`;
  return text;
}
