import { controlPlane } from './control-plane.ts';
import { http1Plain } from './http1-plain.ts';
import { http2 } from './http2.ts';
import { idleConnections } from './idle-connections.ts';
import { bodies1Mib, tcp } from './large-bodies.ts';
import type { OwnScenario } from './own-scenario.ts';
import { pushEndpoints } from './push-endpoints.ts';
import { routes10000 } from './routes-10000.ts';
import type { Scenario } from './scenario.ts';
import { sidecars } from './sidecars.ts';
import { tlsDownstream, tlsUpstream } from './tls.ts';

/** A scenario is a file beside this one and a line here. */
export const SCENARIOS: readonly Scenario[] = [
  http1Plain,
  http2,
  tlsDownstream,
  tlsUpstream,
  sidecars,
  bodies1Mib,
  tcp,
  routes10000,
  idleConnections,
  pushEndpoints,
];

export const OWN_SCENARIOS: readonly OwnScenario[] = [controlPlane];
