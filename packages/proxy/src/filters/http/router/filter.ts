/** The last filter: does what the plan says. in: exchange.plan   out: an UpstreamLink, or a reply */

import { applyResponseHeaders, type Plan } from '@weft/engine';
import { RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import type { Exchange } from '../../../stream/exchange.ts';
import { ExchangeFormat } from '../../../stream/exchange-format.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import type { ReplyOptions } from '../../../stream/local-reply.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import { Forward } from '../../../upstream/forward.ts';
import { firstPick } from '../../../upstream/pick-context.ts';
import type { RouterOptions } from '../../../upstream/router-options.ts';
import { decodeRouter } from './config.ts';

function createRouter(options: RouterOptions, context: FilterContext): HttpFilter {
  const routing = { ...options, clusters: context.clusters };
  return {
    onRequestHeaders(exchange) {
      const { plan } = exchange;
      if (plan === undefined) {
        exchange.manager.stats.noRoute.inc();
        exchange.reply('ROUTE_NOT_FOUND', { cause: `routes ${exchange.manager.routes.name} have not arrived yet` });
      } else if (plan.kind !== 'forward') answer(exchange, plan);
      else if (exchange.request.method === 'CONNECT') {
        exchange.reply('CONNECT_REFUSED', {
          cause: 'CONNECT needs an upgrade_configs entry that this proxy does not have',
        });
      } else {
        const cluster = context.clusters.get(plan.cluster);
        if (cluster === undefined) {
          exchange.manager.stats.noCluster.inc();
          exchange.record.upstreamCluster = plan.cluster;
          exchange.reply('NO_CLUSTER', {
            status: plan.action.clusterNotFoundStatus,
            cause: `route names cluster ${plan.cluster}, which does not exist`,
          });
          return CONTINUE;
        }
        const forward = new Forward(exchange, plan, cluster, routing);
        exchange.link = forward;
        forward.start(firstPick(exchange, plan));
      }
      return CONTINUE;
    },
  };
}

function answer(exchange: Exchange, plan: Exclude<Plan, { kind: 'forward' }>): void {
  const { stats } = exchange.manager;
  if (plan.kind === 'redirect') {
    stats.rqRedirect.inc();
    const headers = ['location', plan.location];
    if (plan.reason === 'route') applyResponseHeaders(plan, headers, new ExchangeFormat(exchange));
    exchange.reply(plan.reason === 'route' ? 'REDIRECT' : 'TLS_REQUIRED', { status: plan.status, headers });
    return;
  }
  const cause = { host: exchange.request.authority, path: exchange.request.path };
  switch (plan.reason) {
    case 'no-virtual-host':
      stats.noRoute.inc();
      exchange.reply('ROUTE_NOT_FOUND', {
        cause: `no virtual host of ${exchange.manager.routes.name} claims ${cause.host}`,
      });
      return;
    case 'no-route':
      stats.noRoute.inc();
      exchange.reply('ROUTE_NOT_FOUND', {
        cause: `no route of virtual host ${plan.virtualHost?.name ?? ''} matches ${cause.path}`,
      });
      return;
    case 'non-forwarding':
      exchange.reply('NON_FORWARDING_ROUTE', { cause: `route ${plan.route?.name ?? ''} does not forward` });
      return;
    case 'no-cluster':
      stats.noCluster.inc();
      exchange.reply('NO_CLUSTER', {
        status: plan.status,
        cause: 'the header that names the cluster is missing',
      });
      return;
    case 'direct-response':
      stats.rqDirectResponse.inc();
      exchange.reply('DIRECT_RESPONSE', directResponse(exchange, plan));
  }
}

function directResponse(exchange: Exchange, plan: Extract<Plan, { kind: 'reply' }>): ReplyOptions {
  const headers: string[] = [];
  // Envoy's router tells where: RFC 9110 §10.2.2, the location of what was created, or of what is meant.
  if (plan.status === 201 || (plan.status >= 300 && plan.status < 400)) {
    const { scheme, authority, path } = exchange.request;
    headers.push('location', `${scheme}://${authority}${path}`);
  }
  applyResponseHeaders(plan, headers, new ExchangeFormat(exchange));
  const contentType = headers.indexOf('content-type');
  return {
    status: plan.status,
    headers,
    ...(plan.body === undefined ? {} : { body: plan.body }),
    ...(contentType === -1 ? {} : { contentType: '' }),
  };
}

export const router: HttpFilterKind = httpFilter({
  schema: RouterSchema,
  terminal: true,
  decode: decodeRouter,
  create: createRouter,
  predict: neverReplies,
});
