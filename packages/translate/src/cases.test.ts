/** Golden cases: cases/<name>/{mesh,node}.yaml → xds.golden.yaml. Refresh: node --test --test-update-snapshots. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type DescMessage, type Message, toJson } from '@bufbuild/protobuf';
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, type NodeFields, proxyOf } from '@weft/mesh';
import { RESOURCE_KINDS } from '@weft/xds';
import { messageRegistry } from '@weft/xds/registry';
import { parse, stringify } from 'yaml';
import { type TranslatedResources, translate } from './translate.ts';

const CASES = new URL('../cases/', import.meta.url);

const registry = messageRegistry();

function toYaml(resources: TranslatedResources): string {
  const messages = (schema: DescMessage, map: ReadonlyMap<string, Message>): unknown[] =>
    [...map.values()].map((message) => toJson(schema, message, { registry, useProtoFieldName: true }));
  return stringify(
    {
      cluster: messages(RESOURCE_KINDS.cluster.schema, resources.cluster),
      endpoint: messages(RESOURCE_KINDS.endpoint.schema, resources.endpoint),
      listener: messages(RESOURCE_KINDS.listener.schema, resources.listener),
      route: messages(RESOURCE_KINDS.route.schema, resources.route),
      secret: messages(RESOURCE_KINDS.secret.schema, resources.secret),
      ...(resources.nameTable.size > 0 && {
        name_table: messages(RESOURCE_KINDS.nameTable.schema, resources.nameTable),
      }),
      ...(resources.extensionConfig.size > 0 && {
        extensionConfig: messages(RESOURCE_KINDS.extensionConfig.schema, resources.extensionConfig),
      }),
      issues: resources.issues.map(({ code, resource, at, position }) => ({
        code,
        resource,
        at,
        line: position?.line,
      })),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function translateCase(name: string): TranslatedResources {
  const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, CASES), 'utf8');
  const loaded = loadText(read('mesh.yaml'), 'mesh.yaml');
  assert.deepEqual(
    loaded.issues.filter((issue) => issue.severity === 'error'),
    [],
  );
  const fields: NodeFields = parse(read('node.yaml'));
  const node = decodeNode(fields);
  if (!node.ok) assert.fail(node.issues.map((issue) => issue.message).join('; '));
  const snapshot = buildSnapshot(loaded.resources);
  return translate(snapshot, proxyOf(snapshot, node.value));
}

for (const name of readdirSync(CASES).sort()) {
  test(`case ${name}`, (t) => {
    const path = new URL(`${name}/xds.golden.yaml`, CASES).pathname;
    t.assert.fileSnapshot(translateCase(name), path, { serializers: [toYaml] });
  });
}
