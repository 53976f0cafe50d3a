import { create } from '@bufbuild/protobuf';
import {
  type RuntimeFractionalPercent,
  RuntimeFractionalPercentSchema,
} from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import {
  type FractionalPercent,
  FractionalPercent_DenominatorType,
  FractionalPercentSchema,
} from '@weft/xds/gen/envoy/type/v3/percent_pb';

/** A percentage with a resolution of one in a million, as Istio keeps it. */
export function fractionalPercent(value: number): FractionalPercent {
  return create(FractionalPercentSchema, {
    numerator: Math.trunc(value * 10_000),
    denominator: FractionalPercent_DenominatorType.MILLION,
  });
}

/** A whole percentage. */
export function wholePercent(value: number): FractionalPercent {
  return create(FractionalPercentSchema, {
    numerator: value,
    denominator: FractionalPercent_DenominatorType.HUNDRED,
  });
}

export function runtimePercent(percent: FractionalPercent): RuntimeFractionalPercent {
  return create(RuntimeFractionalPercentSchema, { defaultValue: percent });
}
