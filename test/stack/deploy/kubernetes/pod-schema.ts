import { z } from 'zod';

/* The fields of pods that the checks know; another one, such as `hostPath`, is a fault until a check knows it. */

/** A name as Kubernetes' API takes them. */
export const name = z.string().regex(/^[a-z\d](?:[a-z\d.-]{0,61}[a-z\d])?$/);
export const labels = z.record(z.string(), z.string()).default({});
export const strings = z.array(z.string()).default([]);
export const port = z.union([z.string(), z.number()]);
const keyRef = z.strictObject({ name, key: z.string() });
const nameRef = z.strictObject({ name });
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port }).optional(),
  exec: z.strictObject({ command: strings }).optional(),
  periodSeconds: z.number().min(1).default(10),
  timeoutSeconds: z.number().min(1).default(1),
  failureThreshold: z.number().min(1).default(3),
});
export type Probe = z.infer<typeof probe>;

export const selectorSchema = z.strictObject({
  matchLabels: labels,
  matchExpressions: z
    .array(z.strictObject({ key: z.string(), operator: z.literal('In'), values: strings }))
    .default([]),
});
export type Selector = z.infer<typeof selectorSchema>;

const quantities = z.strictObject({ cpu: port, memory: port, 'ephemeral-storage': port }).partial();

const containerSchema = z.strictObject({
  name,
  image: z.string(),
  command: strings,
  env: z
    .array(
      z.strictObject({
        name: z.string(),
        valueFrom: z.strictObject({ secretKeyRef: keyRef, configMapKeyRef: keyRef }).partial(),
      }),
    )
    .default([]),
  envFrom: z
    .array(z.strictObject({ configMapRef: nameRef, secretRef: nameRef }).partial())
    .default([]),
  ports: z.array(z.strictObject({ name, containerPort: z.number() })).default([]),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  lifecycle: z
    .strictObject({
      preStop: z.strictObject({ sleep: z.strictObject({ seconds: z.number() }) }),
    })
    .optional(),
  resources: z.strictObject({ requests: quantities, limits: quantities }).partial().default({}),
  securityContext: z
    .strictObject({
      allowPrivilegeEscalation: z.boolean(),
      readOnlyRootFilesystem: z.boolean(),
      capabilities: z.strictObject({ drop: strings }),
    })
    .partial()
    .default({}),
  volumeMounts: z
    .array(
      z.strictObject({
        name,
        mountPath: z.string(),
        subPath: z.string().optional(),
        readOnly: z.boolean().default(false),
      }),
    )
    .default([]),
});
export type Container = z.infer<typeof containerSchema>;

const volumeSchema = z.strictObject({
  name,
  configMap: nameRef.optional(),
  emptyDir: z
    .strictObject({ medium: z.literal('Memory'), sizeLimit: z.string() })
    .partial()
    .optional(),
  persistentVolumeClaim: z.strictObject({ claimName: name }).optional(),
});

export const podSchema = z.strictObject({
  metadata: z.strictObject({ labels }),
  spec: z.strictObject({
    automountServiceAccountToken: z.boolean().default(true),
    enableServiceLinks: z.boolean().default(true),
    terminationGracePeriodSeconds: z.number().default(30),
    securityContext: z
      .strictObject({
        runAsNonRoot: z.boolean(),
        runAsUser: z.number(),
        runAsGroup: z.number(),
        fsGroup: z.number(),
        seccompProfile: z.strictObject({ type: z.string() }),
      })
      .partial()
      .default({}),
    topologySpreadConstraints: z
      .array(
        z.strictObject({
          maxSkew: z.literal(1),
          topologyKey: z.string(),
          whenUnsatisfiable: z.literal('ScheduleAnyway'),
          labelSelector: selectorSchema,
        }),
      )
      .default([]),
    containers: z.array(containerSchema).min(1),
    volumes: z.array(volumeSchema).default([]),
  }),
});
export type Pod = z.infer<typeof podSchema>;
