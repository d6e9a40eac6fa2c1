import { z } from 'zod';

/* The fields of pods that the checks look at. */

export const labels = z.record(z.string(), z.string()).default({});
export const strings = z.array(z.string()).default([]);
export const port = z.union([z.string(), z.number()]);
const keyRef = z.object({ name: z.string(), key: z.string() });
const nameRef = z.object({ name: z.string() });
const probe = z.object({
  httpGet: z.object({ path: z.string(), port }).optional(),
  exec: z.object({ command: strings }).optional(),
  periodSeconds: z.number().default(10),
  failureThreshold: z.number().default(3),
});
export type Probe = z.infer<typeof probe>;

export const selectorSchema = z.object({
  matchLabels: labels,
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.literal('In'), values: strings }))
    .default([]),
});
export type Selector = z.infer<typeof selectorSchema>;

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  command: strings,
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z.object({ secretKeyRef: keyRef, configMapKeyRef: keyRef }).partial().optional(),
      }),
    )
    .default([]),
  envFrom: z.array(z.object({ configMapRef: nameRef, secretRef: nameRef }).partial()).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  lifecycle: z
    .object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) })
    .optional(),
  resources: z
    .object({ requests: z.record(z.string(), port), limits: z.record(z.string(), port) })
    .partial()
    .default({}),
  securityContext: z
    .object({
      allowPrivilegeEscalation: z.boolean(),
      readOnlyRootFilesystem: z.boolean(),
      privileged: z.boolean(),
      capabilities: z.object({ drop: strings, add: strings }),
    })
    .partial()
    .default({}),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .default([]),
});
export type Container = z.infer<typeof containerSchema>;

const volumeSchema = z.object({
  name: z.string(),
  configMap: nameRef.optional(),
  emptyDir: z
    .object({ medium: z.literal('Memory'), sizeLimit: z.string() })
    .partial()
    .optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
});

export const podSchema = z.object({
  metadata: z.object({ labels }),
  spec: z.object({
    automountServiceAccountToken: z.boolean().default(true),
    enableServiceLinks: z.boolean().default(true),
    terminationGracePeriodSeconds: z.number().default(30),
    hostNetwork: z.boolean().default(false),
    securityContext: z
      .object({
        runAsNonRoot: z.boolean(),
        runAsUser: z.number(),
        runAsGroup: z.number(),
        fsGroup: z.number(),
        seccompProfile: z.object({ type: z.string() }),
      })
      .partial()
      .default({}),
    topologySpreadConstraints: z
      .array(z.object({ topologyKey: z.string(), labelSelector: selectorSchema }))
      .default([]),
    containers: z.array(containerSchema),
    volumes: z.array(volumeSchema).default([]),
  }),
});
export type Pod = z.infer<typeof podSchema>;
