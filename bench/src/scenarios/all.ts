import { controlPlane } from './control-plane.ts';
import { http1Plain } from './http1-plain.ts';
import type { OwnScenario } from './own-scenario.ts';
import type { Scenario } from './scenario.ts';
import { tlsDownstream, tlsUpstream } from './tls.ts';

/** A scenario is a file beside this one and a line here. */
export const SCENARIOS: readonly Scenario[] = [http1Plain, tlsDownstream, tlsUpstream];

export const OWN_SCENARIOS: readonly OwnScenario[] = [controlPlane];
