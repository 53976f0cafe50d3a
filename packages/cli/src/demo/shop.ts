import { fileURLToPath } from 'node:url';

/** One process of the shop. */
export interface ShopProcess {
  readonly service: string;
  readonly version: string;
  /** What it calls for each request, as an application would: plain host names. */
  readonly calls: readonly string[];
}

export const SHOP_FOLDER: string = fileURLToPath(new URL('../../../../examples/shop', import.meta.url));
export const SERVICE_PROGRAM: string = fileURLToPath(
  new URL('../../../../examples/shop/app/service.ts', import.meta.url),
);

/** storefront → orders v1/v2 → payments, inventory; payments → the bank, which is outside the mesh. */
export const SHOP: readonly ShopProcess[] = [
  { service: 'storefront', version: 'v1', calls: ['http://orders:8080/orders'] },
  { service: 'orders', version: 'v1', calls: ['http://payments:8080/charge', 'http://inventory:8080/reserve'] },
  { service: 'orders', version: 'v2', calls: ['http://payments:8080/charge', 'http://inventory:8080/reserve'] },
  { service: 'payments', version: 'v1', calls: ['http://bank.example.com/transfer'] },
  { service: 'inventory', version: 'v1', calls: [] },
];
