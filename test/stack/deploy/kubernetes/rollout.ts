import { type Objects, ofKind, type Workload, workloadsOf } from './objects.ts';
import type { Container, Probe } from './pod-schema.ts';
import { unless } from './pods.ts';
import { podsBy } from './references.ts';

/** Until no node sends new connections to a pod that ends. */
const SLEEP_SECONDS = { least: 5, most: 10 };
const SPREAD = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];

/** Returns what would interrupt the service when pods start, stop, move or are replaced. */
export function rolloutFaults(objects: Objects): string[] {
  return [
    ...workloadsOf(objects).flatMap((workload) =>
      ofWorkload(workload, objects).map((fault) => `${workload.metadata.name}: ${fault}`),
    ),
    ...ofKind(objects, 'PodDisruptionBudget')
      .filter(({ spec }) => podsBy(spec.selector, objects).length !== 1)
      .map(({ metadata }) => `budget ${metadata.name}: not of one workload`),
    ...ofScalers(objects),
  ];
}

function ofWorkload(workload: Workload, objects: Objects): string[] {
  const { metadata, spec } = workload;
  const scaler = ofKind(objects, 'HorizontalPodAutoscaler').find(
    (each) => each.spec.scaleTargetRef.name === metadata.name,
  );
  const replicas = spec.replicas ?? scaler?.spec.minReplicas;
  if (replicas === undefined) return ['neither replicas nor a scaler'];
  const faults = spec.template.spec.containers.flatMap(ofProbe);
  const isRedis = spec.template.spec.containers.some(
    ({ command }) => command[0] === 'redis-server',
  );
  if (isRedis && spec.strategy?.type !== 'Recreate')
    faults.push('two would each have half of the facts');
  if (!isRedis && replicas < 2 && sharesFacts(objects))
    faults.push('has one pod, without which nothing goes on');
  for (const { labelSelector } of spec.template.spec.topologySpreadConstraints)
    if (JSON.stringify(labelSelector) !== JSON.stringify(spec.selector))
      faults.push("spreads others' pods");
  return replicas > 1 ? [...faults, ...ofReplicated(workload, replicas, objects)] : faults;
}

/** Otherwise the store is a file, and all pods are on one node. */
const sharesFacts = (objects: Objects): boolean =>
  ofKind(objects, 'PersistentVolumeClaim').length === 0;

function ofReplicated({ kind, spec }: Workload, replicas: number, objects: Objects): string[] {
  const { template, strategy, podManagementPolicy } = spec;
  const budgets = ofKind(objects, 'PodDisruptionBudget').filter((budget) =>
    podsBy(budget.spec.selector, objects).some((each) => each.spec === spec),
  );
  const may = budgets[0]?.spec.maxUnavailable ?? 0;
  const constraints = template.spec.topologySpreadConstraints;
  const isServed = ofKind(objects, 'Service').some(({ spec: service }) =>
    podsBy({ matchLabels: service.selector }, objects).some((each) => each.spec === spec),
  );
  return unless([
    [budgets.length === 1, 'no budget of disruptions'],
    [may >= 1 && may < replicas, 'its budget forbids to drain a node, or allows all to go'],
    [
      constraints.map(({ topologyKey }) => topologyKey).join() === SPREAD.join(),
      `is not spread by ${SPREAD.join(' and ')}`,
    ],
    [
      kind === 'StatefulSet' || strategy?.rollingUpdate?.maxUnavailable === 0,
      'a pod may end before its successor is ready',
    ],
    [kind === 'StatefulSet' || strategy?.rollingUpdate?.maxSurge !== 0, 'none can be replaced'],
    [
      kind !== 'StatefulSet' || podManagementPolicy === 'Parallel',
      'one that does not become ready keeps the others from starting',
    ],
    [
      !isServed || template.spec.containers.every(sleeps),
      'ends while it is still sent requests, or long after',
    ],
  ]);
}

function sleeps({ lifecycle }: Container): boolean {
  const seconds = lifecycle?.preStop.sleep.seconds ?? 0;
  return seconds >= SLEEP_SECONDS.least && seconds <= SLEEP_SECONDS.most;
}

/** A start may take half a minute, a busy process may be silent for as long; readers wait for seconds only. */
function ofProbe({ startupProbe, readinessProbe, livenessProbe }: Container): string[] {
  const [start, ready, alive] = [startupProbe, readinessProbe, livenessProbe].map(spanOf);
  const timeouts = [readinessProbe, livenessProbe].map((probe) => probe?.timeoutSeconds ?? 0);
  return unless([
    [isWithin(start, 30, 180), 'has less than half a minute to start, or long when it cannot'],
    [isWithin(alive, 30, 90), 'is restarted when it is busy for half a minute, or late'],
    [isWithin(ready, 3, 20), 'is not ready too early, or too late'],
    [Math.min(...timeouts) >= 2, 'has less than two seconds to answer a probe'],
  ]);
}

/** Seconds until a probe that always fails has an effect, if it fails at once and if it is not answered at all. */
function spanOf(probe: Probe | undefined): { least: number; most: number } {
  const { periodSeconds = 0, timeoutSeconds = 0, failureThreshold = 0 } = probe ?? {};
  return {
    least: periodSeconds * failureThreshold,
    most: Math.max(periodSeconds, timeoutSeconds) * failureThreshold,
  };
}

function isWithin(span: ReturnType<typeof spanOf> | undefined, from: number, to: number): boolean {
  return span !== undefined && span.least >= from && span.most <= to;
}

function ofScalers(objects: Objects): string[] {
  return ofKind(objects, 'HorizontalPodAutoscaler').flatMap(({ metadata, spec }) => {
    const { kind, name } = spec.scaleTargetRef;
    const target = workloadsOf(objects).find(
      (each) => each.kind === kind && each.metadata.name === name,
    );
    if (target === undefined) return [`scaler ${metadata.name}: no ${kind} ${name}`];
    return unless([
      [target.spec.replicas === undefined, `an apply would reset the replicas of ${name}`],
      [spec.minReplicas <= spec.maxReplicas, `scaler ${metadata.name}: min over max`],
    ]);
  });
}
