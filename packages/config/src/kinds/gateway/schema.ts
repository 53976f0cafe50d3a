import { integer, list, map, object, type Schema, text } from '../../schema/index.ts';
import { serverTlsSettings } from '../../shared/server-tls/schema.ts';
import type { GatewayPort, GatewayServer, GatewaySpec } from './type.ts';

export const gatewayPort: Schema<GatewayPort> = object<GatewayPort>(
  {
    name: text(),
    number: integer({ min: 0 }),
    protocol: text(),
    targetPort: integer({ min: 0 }),
  },
  { required: ['number', 'protocol', 'name'] },
);

export const gatewayServer: Schema<GatewayServer> = object<GatewayServer>(
  {
    bind: text(),
    defaultEndpoint: text(),
    hosts: list(text()),
    name: text(),
    port: gatewayPort,
    tls: serverTlsSettings,
  },
  { required: ['port', 'hosts'] },
);

export const gatewaySpec: Schema<GatewaySpec> = object<GatewaySpec>({
  selector: map(text()),
  servers: list(gatewayServer),
});
