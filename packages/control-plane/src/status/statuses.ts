import { analyze } from '@weft/analyze';
import type { Clock, Issue } from '@weft/base';
import { meshConfigOf, type Resource, resourceTitle } from '@weft/config';
import type { GatewayApi } from '@weft/mesh';
import { unenforced } from '@weft/translate';

import { describeKey, keyOf, printKey, type StoredObject } from '../store/object.ts';
import { gatewayApiStatus, isOfGatewayApi, withGatewayApiStatus } from './gateway-api-status.ts';
import { type ObjectStatus, statusOf, withFoundStatus } from './object-status.ts';

/** What statuses are made from, as it is now. */
export interface StatusInput {
  /** Differs whenever anything below may. */
  readonly version: () => string;
  /** Every object in force. */
  readonly resources: () => readonly Resource[];
  /** What reading objects and files found: errors of versions that are not in force, warnings of those that are. */
  readonly readingIssues: () => readonly Issue[];
  /** What the mesh and translation for the connected proxies found. */
  readonly meshIssues: () => readonly Issue[];
  readonly gatewayApi: () => GatewayApi;
  readonly clock: Clock;
}

/** Analysis that takes longer than a few milliseconds may take this share of the time: in a big mesh that changes all the time a status is a little old rather than expensive. */
const WORK_SHARE = 0.1;
const CHEAP_MS = 50;

/**
 * The status of Istio's objects: made when somebody reads it, out of all objects, and never stored. So it follows changes of other objects,
 * has no version of its own, wakes no watcher and cannot start a change.
 */
export class ObjectStatuses {
  readonly #input: StatusInput;
  #version: string | undefined;
  #known = new Map<string, ObjectStatus>();
  /** Since when an object of the Gateway API has the status it has. */
  readonly #times = new Map<string, { readonly content: string; readonly since: string }>();
  #byTitle: ReadonlyMap<string, readonly Issue[]> = new Map();
  #errors: ReadonlyMap<string, readonly Issue[]> = new Map();
  /** Monotonic; before it, what is known is good enough. */
  #notBefore = 0;

  constructor(input: StatusInput) {
    this.#input = input;
  }

  /** The object as a reader gets it. Kinds of the Gateway API have statuses of their own form, Kubernetes' own kinds none of ours. */
  shown(object: StoredObject): StoredObject {
    if (isOfGatewayApi(object)) return this.#withGatewayApi(object);
    if (!object.apiVersion.split('/')[0]?.endsWith('.istio.io')) return object;
    this.#refresh();
    const key = keyOf(object);
    const id = printKey(key);
    const title = describeKey(key);
    const found = { errors: this.#errors.get(title) ?? [], issues: this.#byTitle.get(title) ?? [] };
    const now = new Date(this.#input.clock.now()).toISOString();
    const status = statusOf(found, object.metadata.generation ?? 1, now, this.#known.get(id));
    this.#known.set(id, status);
    return withFoundStatus(object, status);
  }

  #withGatewayApi(object: StoredObject): StoredObject {
    const found = gatewayApiStatus(object, this.#input.gatewayApi());
    if (found === undefined) return object;
    const id = printKey(keyOf(object));
    const content = JSON.stringify([found.status, object.metadata.generation]);
    const before = this.#times.get(id);
    const since = before?.content === content ? before.since : new Date(this.#input.clock.now()).toISOString();
    this.#times.set(id, { content, since });
    return withGatewayApiStatus(object, found, since);
  }

  #refresh(): void {
    const { clock, version } = this.#input;
    const current = version();
    const started = clock.monotonic();
    if (this.#version === current || (this.#version !== undefined && started < this.#notBefore)) return;
    this.#version = current;
    const resources = this.#input.resources();
    const inForce = new Set(resources.map(resourceTitle));
    const reading = this.#input.readingIssues();
    this.#errors = errorsByTitle(reading, resources);
    this.#byTitle = Map.groupBy(this.#issuesOf(resources, reading), ({ resource }) => resource ?? '');
    for (const id of this.#known.keys()) {
      const [, kind = '', namespace = '', name = ''] = id.split('/');
      if (!inForce.has(`${kind} ${namespace === '' ? name : `${namespace}/${name}`}`)) this.#known.delete(id);
    }
    const ended = clock.monotonic();
    const took = ended - started;
    this.#notBefore = took < CHEAP_MS ? 0 : ended + took / WORK_SHARE;
  }

  #issuesOf(resources: readonly Resource[], reading: readonly Issue[]): readonly Issue[] {
    const warnings = reading.filter(({ severity }) => severity !== 'error');
    const nowMs = this.#input.clock.now();
    // Workloads come and go, so a selector without any is no matter of the object.
    const input = { resources, issues: warnings, meshConfig: meshConfigOf(resources), workloadsKnown: false, nowMs };
    const all = [...analyze(input), ...this.#input.meshIssues(), ...unenforced(resources)];
    const unique = new Map(
      all.map((issue) => [[issue.code, issue.resource, issue.at, issue.message].join('\0'), issue]),
    );
    return [...unique.values()];
  }
}

/** The errors of an object's newer version. A file with an error stays as it last was, so all its objects have that error. */
function errorsByTitle(
  reading: readonly Issue[],
  resources: readonly Resource[],
): ReadonlyMap<string, readonly Issue[]> {
  const found = new Map<string, Issue[]>();
  const add = (title: string, issue: Issue): void => {
    const list = found.get(title);
    if (list === undefined) found.set(title, [issue]);
    else if (!list.includes(issue)) list.push(issue);
  };
  for (const issue of reading) {
    if (issue.severity !== 'error') continue;
    if (issue.resource !== undefined) add(issue.resource, issue);
    const file = issue.position?.file;
    if (file === undefined) continue;
    for (const resource of resources) if (resource.source.file === file) add(resourceTitle(resource), issue);
  }
  return found;
}
