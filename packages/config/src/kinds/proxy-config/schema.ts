import { integer, map, object, type Schema, text } from '../../schema/index.ts';
import { policySelector } from '../../shared/selector/schema.ts';
import type { ProxyConfigSpec, ProxyImage } from './type.ts';

export const proxyImage: Schema<ProxyImage> = object<ProxyImage>({
  imageType: text(),
});

export const proxyConfigSpec: Schema<ProxyConfigSpec> = object<ProxyConfigSpec>({
  concurrency: integer({ min: 0, max: 2 ** 31 - 1 }),
  environmentVariables: map(text({ max: 2048 })),
  image: proxyImage,
  selector: policySelector,
});
