import type { Resource } from '@weft/config';
import { Carried, CarriedBy } from './carried.ts';
import type { DestinationRule } from './destination-rule.ts';
import type { Gateway } from './gateway.ts';
import type { MeshSettings } from './mesh-config.ts';
import type { AutoAddresses } from './registry/auto-address.ts';
import type { ServiceShape } from './registry/kubernetes-service.ts';
import type { Workload } from './registry/workload.ts';
import type { TlsSecret } from './secret.ts';
import type { Service } from './service.ts';
import type { VirtualService } from './virtual-service.ts';

/** What a snapshot takes over from the one before it, as long as it comes from the same resources. */
export class Carry {
  readonly mesh: Carried<MeshSettings>;
  readonly workloads: Carried<Workload>;
  readonly shapes: CarriedBy<Resource, readonly ServiceShape[]>;
  readonly services: CarriedBy<ServiceShape, Service>;
  readonly autoAddresses: Carried<AutoAddresses>;
  readonly virtualServices: Carried<VirtualService>;
  readonly merged: Carried<VirtualService>;
  readonly destinationRules: Carried<readonly DestinationRule[]>;
  readonly gateways: Carried<Gateway>;
  readonly secrets: Carried<TlsSecret>;

  constructor(previous: Carry | undefined) {
    this.mesh = new Carried(previous?.mesh);
    this.workloads = new Carried(previous?.workloads);
    this.shapes = previous?.shapes ?? new CarriedBy();
    this.services = previous?.services ?? new CarriedBy();
    this.autoAddresses = new Carried(previous?.autoAddresses);
    this.virtualServices = new Carried(previous?.virtualServices);
    this.merged = new Carried(previous?.merged);
    this.destinationRules = new Carried(previous?.destinationRules);
    this.gateways = new Carried(previous?.gateways);
    this.secrets = new Carried(previous?.secrets);
  }
}
