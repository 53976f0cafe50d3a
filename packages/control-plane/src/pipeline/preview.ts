import type { Issue } from '@weft/base';
import { meshConfigOf, type Resource } from '@weft/config';
import { buildSnapshot, proxyOf } from '@weft/mesh';
import { translate, unenforced } from '@weft/translate';
import { newIssues, overlay } from './overlay.ts';
import type { Pipeline } from './pipeline.ts';

/** Translating for every proxy would make an apply slow in a big mesh; proxies of one kind meet the same problems. */
const PREVIEWED_PROXIES = 20;

/** What would be odd about the mesh with `changed` in it, and what of `changed` has no effect yet. */
export function preview(
  changed: readonly Resource[],
  current: readonly Resource[],
  pipeline: Pipeline,
  mesh: { readonly rootNamespace?: string; readonly clusterId?: string } = {},
): readonly Issue[] {
  const all = overlay(current, changed);
  const meshConfig = meshConfigOf(all, mesh.rootNamespace);
  const before = pipeline.snapshot;
  const after = buildSnapshot(all, {
    domain: before.domain,
    ...(mesh.clusterId !== undefined && { clusterId: mesh.clusterId }),
    ...(meshConfig !== undefined && { meshConfig }),
    previous: before,
  });
  const known: Issue[] = [...before.issues];
  const found: Issue[] = [...after.issues];
  for (const { node, issues } of pipeline.clients().slice(0, PREVIEWED_PROXIES)) {
    known.push(...issues);
    found.push(...translate(after, proxyOf(after, node)).issues);
  }
  return [...newIssues(known, found, changed), ...unenforced(changed)];
}
