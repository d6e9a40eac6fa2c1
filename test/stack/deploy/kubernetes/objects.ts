import { z } from 'zod';
import { labels, podSchema, port, type Selector, selectorSchema, strings } from './pod-schema.ts';

/* The fields of Kubernetes' objects that the checks look at; schema.ts has checked the rest. */

const metadata = z.object({ name: z.string(), namespace: z.string().optional(), labels });
const range = z.union([z.cidrv4(), z.cidrv6()]);
const peer = z.object({
  podSelector: selectorSchema.optional(),
  namespaceSelector: selectorSchema.optional(),
  ipBlock: z.object({ cidr: range, except: z.array(range).default([]) }).optional(),
});
const rulePorts = z
  .array(z.object({ protocol: z.string().default('TCP'), port: z.number() }))
  .optional();

const deploymentSchema = z.object({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.object({
    replicas: z.number().optional(),
    serviceName: z.string().optional(),
    strategy: z
      .object({
        type: z.string(),
        rollingUpdate: z.object({ maxUnavailable: z.number() }).optional(),
      })
      .optional(),
    selector: selectorSchema,
    template: podSchema,
  }),
});
const statefulSetSchema = deploymentSchema.extend({ kind: z.literal('StatefulSet') });
export type Workload = z.infer<typeof deploymentSchema> | z.infer<typeof statefulSetSchema>;

const serviceSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.object({
    clusterIP: z.string().optional(),
    publishNotReadyAddresses: z.boolean().default(false),
    selector: labels,
    ports: z.array(z.object({ name: z.string(), port: z.number(), targetPort: port })),
  }),
});
export type Service = z.infer<typeof serviceSchema>;

const configMapSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  data: z.record(z.string(), z.string()).default({}),
});
const secretSchema = configMapSchema.extend({ kind: z.literal('Secret') });

const policySchema = z.object({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  metadata,
  spec: z.object({
    podSelector: selectorSchema,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z.array(z.object({ from: z.array(peer).optional(), ports: rulePorts })).default([]),
    egress: z.array(z.object({ to: z.array(peer).optional(), ports: rulePorts })).default([]),
  }),
});
export type Policy = z.infer<typeof policySchema>;
export type PolicyPeer = z.infer<typeof peer>;

const scalerSchema = z.object({
  apiVersion: z.literal('autoscaling/v2'),
  kind: z.literal('HorizontalPodAutoscaler'),
  metadata,
  spec: z.object({
    scaleTargetRef: z.object({
      apiVersion: z.literal('apps/v1'),
      kind: z.string(),
      name: z.string(),
    }),
    minReplicas: z.number(),
    maxReplicas: z.number(),
    metrics: z
      .array(
        z.object({
          type: z.literal('Resource'),
          resource: z.object({
            name: z.string(),
            target: z.object({
              type: z.literal('Utilization'),
              averageUtilization: z.number().min(30).max(90),
            }),
          }),
        }),
      )
      .min(1),
  }),
});
const budgetSchema = z.object({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.object({ selector: selectorSchema, maxUnavailable: z.number() }),
});
const ingressBackend = z.object({
  service: z.object({ name: z.string(), port: z.object({ name: z.string() }) }),
});
const ingressSchema = z.object({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('Ingress'),
  metadata,
  spec: z.object({
    tls: z.array(z.object({ hosts: strings, secretName: z.string() })).default([]),
    rules: z.array(
      z.object({
        host: z.string(),
        http: z.object({ paths: z.array(z.object({ backend: ingressBackend })) }),
      }),
    ),
  }),
});
const namespaceSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Namespace'),
  metadata,
});
const claimSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolumeClaim'),
  metadata,
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
