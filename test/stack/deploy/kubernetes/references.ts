import {
  type Objects,
  ofKind,
  selects,
  type Service,
  type Workload,
  workloadsOf,
} from './objects.ts';
import type { Container, Pod } from './pod-schema.ts';

/** Returns what names something that is not there: labels, ports, objects, keys, volumes. */
export function referenceFaults(objects: Objects): string[] {
  return [
    ...twice(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)),
    ...workloadsOf(objects).flatMap((workload) => ofWorkload(workload, objects)),
    ...ofKind(objects, 'Service').flatMap((service) => ofService(service, objects)),
    ...ofIngresses(objects),
    ...ofNamespaces(objects),
  ];
}

/** The one workload that a Service's selector chooses; undefined if there is none, or several. */
export function workloadBehind(service: Service, objects: Objects): Workload | undefined {
  const [first, ...others] = podsBy({ matchLabels: service.spec.selector }, objects);
  return others.length === 0 ? first : undefined;
}

/** The number that a port's name or number has in a pod; undefined if the pod has none. */
export function portIn({ spec }: Pod, wanted: string | number): number | undefined {
  const ports = spec.containers.flatMap((container) => container.ports);
  return ports.find(({ name, containerPort }) => name === wanted || containerPort === wanted)
    ?.containerPort;
}

/** The value of each variable of a container: its own over those of whole ConfigMaps and Secrets. */
export function environmentOf(container: Container, objects: Objects): Record<string, string> {
  const whole = container.envFrom.flatMap(({ configMapRef, secretRef }) => [
    ...Object.entries(dataOf(objects, 'ConfigMap', configMapRef?.name) ?? {}),
    ...Object.entries(dataOf(objects, 'Secret', secretRef?.name) ?? {}),
  ]);
  const own = container.env.map(({ name, valueFrom }): [string, string] => {
    const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom;
    const found =
      dataOf(objects, 'Secret', secret?.name)?.[secret?.key ?? ''] ??
      dataOf(objects, 'ConfigMap', map?.name)?.[map?.key ?? ''];
    return [name, found ?? ''];
  });
  return Object.fromEntries([...whole, ...own]);
}

/** The data of a ConfigMap or a Secret, decoded; undefined if there is none. */
export function dataOf(
  objects: Objects,
  kind: 'ConfigMap' | 'Secret',
  name: string | undefined,
): Readonly<Record<string, string>> | undefined {
  const found = ofKind(objects, 'ConfigMap', 'Secret').find(
    (each) => each.kind === kind && each.metadata.name === name,
  );
  if (found === undefined || kind === 'ConfigMap') return found?.data;
  return Object.fromEntries(
    Object.entries(found.data).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]),
  );
}

/** The workloads whose pods a selector chooses. */
export function podsBy(selector: Parameters<typeof selects>[0], objects: Objects): Workload[] {
  return workloadsOf(objects).filter(({ spec }) =>
    selects(selector, spec.template.metadata.labels),
  );
}

function ofWorkload({ kind, metadata, spec }: Workload, objects: Objects): string[] {
  const name = `${kind} ${metadata.name}`;
  const { template, serviceName, selector } = spec;
  const { labels } = template.metadata;
  const faults: string[] = [];
  if (!selects(selector, labels)) faults.push(`${name}: its selector does not choose its pods`);
  if (podsBy(selector, objects).length > 1)
    faults.push(`${name}: its selector chooses others' pods`);
  if (kind === 'StatefulSet') {
    const service = ofKind(objects, 'Service').find((each) => each.metadata.name === serviceName);
    if (service?.spec.clusterIP !== 'None' || !service.spec.publishNotReadyAddresses)
      faults.push(`${name}: no headless service ${serviceName}`);
  }
  return [
    ...faults,
    ...template.spec.containers.flatMap((container) =>
      ofContainer(name, container, template, objects),
    ),
    ...ofVolumes(name, template, objects),
  ];
}

function ofContainer(name: string, container: Container, pod: Pod, objects: Objects): string[] {
  const { env, envFrom, volumeMounts, startupProbe, readinessProbe, livenessProbe } = container;
  const volumes = new Set(pod.spec.volumes.map((volume) => volume.name));
  const keys = env.flatMap(({ valueFrom }) => [
    { kind: 'Secret' as const, ref: valueFrom.secretKeyRef },
    { kind: 'ConfigMap' as const, ref: valueFrom.configMapKeyRef },
  ]);
  return [
    ...keys
      .filter(({ kind, ref }) => ref !== undefined && !dataOf(objects, kind, ref.name)?.[ref.key])
      .map(({ kind, ref }) => `${name}: ${kind} ${ref?.name} has no ${ref?.key}`),
    ...envFrom
      .filter(
        ({ configMapRef, secretRef }) =>
          dataOf(objects, 'ConfigMap', configMapRef?.name) === undefined &&
          dataOf(objects, 'Secret', secretRef?.name) === undefined,
      )
      .map((each) => `${name}: settings from what is not there: ${JSON.stringify(each)}`),
    ...volumeMounts
      .filter((mount) => !volumes.has(mount.name))
      .map((mount) => `${name}: mounts no volume: ${mount.name}`),
    ...[startupProbe, readinessProbe, livenessProbe]
      .filter((probe) => probe?.httpGet && portIn(pod, probe.httpGet.port) === undefined)
      .map((probe) => `${name}: probes no port: ${probe?.httpGet?.port}`),
  ];
}

function ofVolumes(name: string, { spec }: Pod, objects: Objects): string[] {
  const mounts = spec.containers.flatMap((container) => container.volumeMounts);
  const claims = new Set(
    ofKind(objects, 'PersistentVolumeClaim').map(({ metadata }) => metadata.name),
  );
  return spec.volumes.flatMap(({ name: volume, configMap, persistentVolumeClaim: claim }) => {
    const mounted = mounts.filter((mount) => mount.name === volume);
    const data = dataOf(objects, 'ConfigMap', configMap?.name);
    const faults: string[] = [];
    if (mounted.length === 0) faults.push(`${name}: nothing mounts ${volume}`);
    if (configMap && data === undefined) faults.push(`${name}: no ConfigMap ${configMap.name}`);
    if (claim && !claims.has(claim.claimName)) faults.push(`${name}: no claim ${claim.claimName}`);
    for (const { subPath } of mounted)
      if (subPath !== undefined && data?.[subPath] === undefined)
        faults.push(`${name}: ${volume} has no ${subPath}`);
    return faults;
  });
}

function ofService(service: Service, objects: Objects): string[] {
  const name = `Service ${service.metadata.name}`;
  const workload = workloadBehind(service, objects);
  if (workload === undefined) return [`${name}: its selector does not choose one workload`];
  // The addresses of all pods are for those who purge; others have one address, which stays.
  const isOfSet = workload.spec.serviceName === service.metadata.name;
  const { clusterIP, publishNotReadyAddresses } = service.spec;
  const isRight = isOfSet || (clusterIP !== 'None' && !publishNotReadyAddresses);
  const missing = service.spec.ports
    .filter(({ targetPort }) => portIn(workload.spec.template, targetPort) === undefined)
    .map(({ targetPort }) => `${name}: its pods have no port ${targetPort}`);
  return isRight ? missing : [...missing, `${name}: has the addresses of single pods`];
}

function ofIngresses(objects: Objects): string[] {
  return ofKind(objects, 'Ingress').flatMap(({ metadata, spec }) => {
    const secured = new Set(spec.tls.flatMap(({ hosts }) => hosts));
    return spec.rules.flatMap(({ host, http }) => [
      ...(secured.has(host) ? [] : [`Ingress ${metadata.name}: no TLS for ${host}`]),
      ...http.paths
        .map(({ backend }) => backend.service)
        .filter(({ name, port }) => {
          const service = ofKind(objects, 'Service').find((each) => each.metadata.name === name);
          return !service?.spec.ports.some((each) => each.name === port.name);
        })
        .map(({ name, port }) => `Ingress ${metadata.name}: no Service ${name} with ${port.name}`),
    ]);
  });
}

function ofNamespaces(objects: Objects): string[] {
  const [namespace] = ofKind(objects, 'Namespace');
  return objects
    .filter((each) => each.kind !== 'Namespace')
    .filter(({ metadata }) => metadata.namespace !== namespace?.metadata.name)
    .map(({ kind, metadata }) => `${kind} ${metadata.name}: in namespace ${metadata.namespace}`);
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, place) => names.indexOf(name) !== place))].map(
    (name) => `${name} is there twice`,
  );
}
