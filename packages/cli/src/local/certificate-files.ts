import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseSpiffeId, type SpiffeId } from '@weft/base';
import type { OptionSpec } from '../command/command.ts';
import { Failure, messageOf } from '../command/failure.ts';

/** For commands that start proxies. */
export const CERTIFICATES_OPTION: OptionSpec = {
  flags: '--certificates <folder>',
  kind: 'text',
  help: 'a folder with cert-chain.pem, key.pem and root-cert.pem: the proxy speaks mutual TLS with them',
};

/** A workload's certificate in files, under the names that Istio mounts them by. */
export interface CertificateFiles {
  /** Paths, absolute: the proxy reads them. */
  readonly chain: string;
  readonly key: string;
  readonly authorities: string;
  /** Who the certificate says the workload is. */
  readonly identity: SpiffeId;
}

/** Says that the workload has a proxy which speaks the mesh's TLS; callers go by it. */
export const MUTUAL_TLS_LABEL: Readonly<Record<string, string>> = { 'security.istio.io/tlsMode': 'istio' };

/** Undefined without the option. A folder whose certificate is not one of `namespace` in the mesh is a mistake that callers would find out by failing. */
export async function certificateFiles(
  folder: string | undefined,
  namespace: string,
): Promise<CertificateFiles | undefined> {
  if (folder === undefined) return undefined;
  const [chain, key, authorities] = ['cert-chain.pem', 'key.pem', 'root-cert.pem'].map((name) =>
    resolve(join(folder, name)),
  ) as [string, string, string];
  const leaf = await certificateIn(chain);
  await certificateIn(authorities);
  await text(key);
  const names = (leaf.subjectAltName ?? '').split(', ').map((name) => name.replace(/^URI:/, ''));
  const identity = names.map(parseSpiffeId).find((id) => id !== undefined);
  if (identity === undefined) {
    const hint = `it needs the URI spiffe://<trust domain>/ns/${namespace}/sa/<service account>; it names ${leaf.subjectAltName ?? 'nobody'}`;
    throw new Failure('usage', `the certificate in ${chain} does not say which workload it is for`, hint);
  }
  if (identity.namespace !== namespace) {
    const hint = `use --namespace ${identity.namespace}, or a certificate for ${namespace}`;
    throw new Failure('usage', `the certificate in ${chain} is for namespace ${identity.namespace}`, hint);
  }
  return { chain, key, authorities, identity };
}

async function certificateIn(path: string): Promise<X509Certificate> {
  const pem = await text(path);
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Failure('usage', `${path} holds no certificate: ${messageOf(error)}`, 'PEM, the leaf first');
  }
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Failure('usage', `cannot read ${path}: ${messageOf(error)}`, CERTIFICATES_OPTION.help);
  }
}
