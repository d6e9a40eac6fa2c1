import { z } from 'zod';
import {
  labels,
  name,
  podSchema,
  port,
  type Selector,
  selectorSchema,
  strings,
} from './pod-schema.ts';

/* The fields of Kubernetes' objects that the checks know; another one is a fault until a check knows it. */

const metadata = z.strictObject({ name, namespace: z.string().optional(), labels });
const range = z.union([z.cidrv4(), z.cidrv6()]);
const peer = z.strictObject({
  podSelector: selectorSchema.optional(),
  namespaceSelector: selectorSchema.optional(),
  ipBlock: z.strictObject({ cidr: range, except: z.array(range).default([]) }).optional(),
});
const rulePorts = z
  .array(z.strictObject({ protocol: z.string().default('TCP'), port: z.number() }))
  .optional();

const deploymentSchema = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.number().min(1).optional(),
    serviceName: name.optional(),
    podManagementPolicy: z.string().optional(),
    strategy: z
      .strictObject({
        type: z.string(),
        rollingUpdate: z
          .strictObject({ maxSurge: z.number().default(1), maxUnavailable: z.number() })
          .optional(),
      })
      .optional(),
    selector: selectorSchema,
    template: podSchema,
  }),
});
const statefulSetSchema = deploymentSchema.extend({ kind: z.literal('StatefulSet') });
export type Workload = z.infer<typeof deploymentSchema> | z.infer<typeof statefulSetSchema>;

const serviceSchema = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    clusterIP: z.string().optional(),
    publishNotReadyAddresses: z.boolean().default(false),
    selector: labels,
    ports: z.array(z.strictObject({ name, port: z.number(), targetPort: port })).min(1),
  }),
});
export type Service = z.infer<typeof serviceSchema>;

const configMapSchema = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  data: z.record(z.string(), z.string()).default({}),
});
const secretSchema = configMapSchema.extend({
  kind: z.literal('Secret'),
  type: z.literal('Opaque'),
});

const policySchema = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  metadata,
  spec: z.strictObject({
    podSelector: selectorSchema,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z
      .array(z.strictObject({ from: z.array(peer).optional(), ports: rulePorts }))
      .default([]),
    egress: z.array(z.strictObject({ to: z.array(peer).optional(), ports: rulePorts })).default([]),
  }),
});
export type Policy = z.infer<typeof policySchema>;
export type PolicyPeer = z.infer<typeof peer>;

const scalerSchema = z.strictObject({
  apiVersion: z.literal('autoscaling/v2'),
  kind: z.literal('HorizontalPodAutoscaler'),
  metadata,
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({
      apiVersion: z.literal('apps/v1'),
      kind: z.string(),
      name: z.string(),
    }),
    minReplicas: z.number().min(2),
    maxReplicas: z.number(),
    behavior: z
      .strictObject({
        scaleDown: z.strictObject({ stabilizationWindowSeconds: z.number().min(60).max(3600) }),
      })
      .optional(),
    metrics: z
      .array(
        z.strictObject({
          type: z.literal('Resource'),
          resource: z.strictObject({
            // Each pod requests it: pods.ts.
            name: z.literal('cpu'),
            target: z.strictObject({
              type: z.literal('Utilization'),
              averageUtilization: z.number().min(30).max(90),
            }),
          }),
        }),
      )
      .min(1),
  }),
});
const budgetSchema = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.strictObject({ selector: selectorSchema, maxUnavailable: z.number() }),
});
const ingressBackend = z.strictObject({
  service: z.strictObject({ name, port: z.strictObject({ name }) }),
});
const ingressSchema = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('Ingress'),
  metadata,
  spec: z.strictObject({
    tls: z.array(z.strictObject({ hosts: strings, secretName: name })).default([]),
    rules: z
      .array(
        z.strictObject({
          host: z.string(),
          http: z.strictObject({
            paths: z.tuple([
              z.strictObject({
                path: z.literal('/'),
                pathType: z.literal('Prefix'),
                backend: ingressBackend,
              }),
            ]),
          }),
        }),
      )
      .min(1),
  }),
});
const namespaceSchema = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Namespace'),
  metadata,
});
const claimSchema = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolumeClaim'),
  metadata,
  spec: z.strictObject({
    accessModes: z.tuple([z.literal('ReadWriteOnce')]),
    resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
  }),
});

const objectSchema = z.discriminatedUnion('kind', [
  deploymentSchema,
  statefulSetSchema,
  serviceSchema,
  configMapSchema,
  secretSchema,
  policySchema,
  scalerSchema,
  budgetSchema,
  ingressSchema,
  namespaceSchema,
  claimSchema,
]);
export const objectsSchema = z.array(objectSchema);
export type KubernetesObject = z.infer<typeof objectSchema>;
type Kind = KubernetesObject['kind'];
export type Objects = readonly KubernetesObject[];

/** Returns the objects of some kinds. */
export function ofKind<K extends Kind>(
  objects: Objects,
  ...kinds: readonly K[]
): Extract<KubernetesObject, { kind: K }>[] {
  const wanted = new Set<string>(kinds);
  return objects.filter((object): object is Extract<KubernetesObject, { kind: K }> =>
    wanted.has(object.kind),
  );
}

export const workloadsOf = (objects: Objects): Workload[] =>
  ofKind(objects, 'Deployment', 'StatefulSet');

/** Whether a selector, or the plain labels of a Service's, choose what has these labels. */
export function selects(
  { matchLabels, matchExpressions = [] }: Partial<Selector>,
  found: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels ?? {}).every(([key, value]) => found[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(found[key] ?? ''))
  );
}
