import { map, object, type Schema, text } from '../../schema/index.ts';
import { podSpec } from '../pod/schema.ts';
import type { DeploymentSpec, PodTemplate } from './type.ts';

const metadata: Schema<NonNullable<PodTemplate['metadata']>> = object<NonNullable<PodTemplate['metadata']>>(
  { labels: map(text()), annotations: map(text()) },
  { open: true },
);

const template: Schema<PodTemplate> = object<PodTemplate>({ metadata, spec: podSpec }, { open: true });

export const deploymentSpec: Schema<DeploymentSpec> = object<DeploymentSpec>({ template }, { open: true });
