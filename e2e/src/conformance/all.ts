import { analyzeSuite } from './analyze/suite.ts';
import { crd } from './crd/suite.ts';
import { gatewayApiValidation } from './gateway-api-validation/suite.ts';
import { gatewayConversion } from './gateway-conversion/suite.ts';
import { httpRobustness } from './http-robustness/suite.ts';
import { http1Parser } from './http1-parser/suite.ts';
import { simulation } from './simulation/suite.ts';
import type { Suite } from './suite.ts';
import { validation } from './validation/suite.ts';

export const SUITES: readonly Suite[] = [
  http1Parser,
  httpRobustness,
  crd,
  validation,
  gatewayApiValidation,
  gatewayConversion,
  analyzeSuite,
  simulation,
];
