/** A proxy in this process, in front of one backend, with the settings of an edge. */
import { decodeBootstrap, type Proxy as RunningProxy, runProxy } from '@weft/proxy';
import { quietDeps } from '@weft/proxy/testing/quiet-deps';

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';

function socketAddress(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function bootstrap(backendPort: number): object {
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];
  const manager = {
    '@type': HCM,
    stat_prefix: 'robustness',
    normalize_path: true,
    http_protocol_options: { accept_http_10: true },
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    route_config: { name: 'all', virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
  };
  return {
    node: { id: 'router~127.0.0.1~edge.default~default.svc.cluster.local' },
    static_resources: {
      listeners: [
        {
          name: 'edge',
          address: socketAddress(0),
          filter_chains: [
            { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] },
          ],
        },
      ],
      clusters: [
        {
          name: 'backend',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'backend',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(backendPort) } }] }],
          },
        },
      ],
    },
  };
}

export async function startProxy(
  backendPort: number,
): Promise<{ readonly proxy: RunningProxy; readonly port: number }> {
  const decoded = decodeBootstrap(bootstrap(backendPort));
  if (!decoded.ok) throw new Error(decoded.issues.map((issue) => `${issue.at}: ${issue.message}`).join('\n'));
  const proxy = runProxy(decoded.value, quietDeps());
  await proxy.ready;
  return { proxy, port: proxy.listeners()[0]?.address.port ?? 0 };
}
