import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterTable, endpointTable, listenerTable, routeTable } from './config-tables.ts';

const dump = {
  configs: [
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
      dynamic_listeners: [
        {
          active_state: {
            listener: {
              name: '127.0.0.1_8080',
              address: { socket_address: { address: '127.0.0.1', port_value: 8080 } },
              filter_chains: [{ filters: [{ name: 'hcm', typed_config: { rds: { route_config_name: 'http.80' } } }] }],
            },
          },
        },
      ],
    },
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
      dynamic_route_configs: [
        {
          route_config: {
            name: 'http.80',
            virtual_hosts: [
              {
                domains: ['api.example.com'],
                routes: [
                  {
                    name: 'split',
                    match: { prefix: '/', headers: [{ name: 'canary' }] },
                    route: {
                      weighted_clusters: {
                        clusters: [
                          { name: 'a', weight: 90 },
                          { name: 'b', weight: 10 },
                        ],
                      },
                    },
                    metadata: { filter_metadata: { weft: { file: '/x/orders.yaml', line: 20 } } },
                  },
                ],
              },
            ],
          },
        },
      ],
    },
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
      dynamic_active_clusters: [{ cluster: { name: 'a', type: 'EDS' } }],
    },
  ],
};

test('listeners lead to their routes', () => {
  assert.match(listenerTable(dump), /127\.0\.0\.1_8080 +127\.0\.0\.1:8080 +1 +route http\.80/);
});

test('routes show what they match, where they lead and where they come from', () => {
  assert.match(routeTable(dump), /http\.80 +api\.example\.com +split +\/ canary +90% a, 10% b +orders\.yaml:20/);
});

test('clusters show what Envoy leaves out when it is the default', () => {
  assert.match(clusterTable(dump), /a +EDS +ROUND_ROBIN +5s/);
});

test('endpoints show why one is not used', () => {
  const address = { socket_address: { address: '127.1.0.1', port_value: 28080 } };
  const status = {
    cluster_statuses: [
      {
        name: 'a',
        host_statuses: [
          { address, health_status: { eds_health_status: 'HEALTHY' } },
          { address, health_status: { failed_outlier_check: true } },
        ],
      },
    ],
  };
  const table = endpointTable(status);
  assert.match(table, /127\.1\.0\.1:28080 +HEALTHY +a/);
  assert.match(table, /127\.1\.0\.1:28080 +FAILED_OUTLIER_CHECK +a/);
});
