/** The two messages of `grpc.health.v1.Health/Check`, of one field each. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** HealthCheckRequest.service and HealthCheckResponse.status. */
const FIELD = 1;
const SERVING = 1;

export function checkRequest(service: string): Uint8Array {
  const writer = new BinaryWriter();
  if (service !== '') writer.tag(FIELD, WireType.LengthDelimited).string(service);
  return writer.finish();
}

/** False for what is no HealthCheckResponse, too. */
export function isServing(message: Uint8Array): boolean {
  const reader = new BinaryReader(message);
  let status = 0;
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === FIELD && type === WireType.Varint) status = reader.int32();
      else reader.skip(type, field);
    }
  } catch {
    return false;
  }
  return status === SERVING;
}
