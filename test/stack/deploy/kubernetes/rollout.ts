import { type Objects, ofKind, type Workload, workloadsOf } from './objects.ts';
import type { Container, Probe } from './pod-schema.ts';
import { unless } from './pods.ts';
import { podsBy } from './references.ts';

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
  const ofProbes = spec.template.spec.containers.flatMap(ofProbe);
  const isRedis = spec.template.spec.containers.some(
    ({ command }) => command[0] === 'redis-server',
  );
  if (isRedis && spec.strategy?.type !== 'Recreate')
    ofProbes.push('two would each have half of the facts');
  return replicas > 1 ? [...ofProbes, ...ofReplicated(workload, replicas, objects)] : ofProbes;
}

function ofReplicated({ kind, spec }: Workload, replicas: number, objects: Objects): string[] {
  const { template, selector, strategy } = spec;
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
    ...constraints.map(
      ({ labelSelector }) =>
        [
          JSON.stringify(labelSelector) === JSON.stringify(selector),
          "spreads others' pods",
        ] as const,
    ),
    [
      kind === 'StatefulSet' || strategy?.rollingUpdate?.maxUnavailable === 0,
      'a pod may end before its successor is ready',
    ],
    [
      !isServed || template.spec.containers.every(({ lifecycle }) => lifecycle !== undefined),
      'ends while it is still sent requests',
    ],
  ]);
}

/** A start may take half a minute, a busy process may be silent for as long; readers wait for seconds only. */
function ofProbe({ startupProbe, readinessProbe, livenessProbe }: Container): string[] {
  const secondsOf = (probe: Probe | undefined): number =>
    (probe?.periodSeconds ?? 0) * (probe?.failureThreshold ?? 0);
  const ready = secondsOf(readinessProbe);
  return unless([
    [secondsOf(startupProbe) >= 30, 'has less than half a minute to start'],
    [secondsOf(livenessProbe) >= 30, 'is restarted when it is busy for less than half a minute'],
    [ready >= 3 && ready <= 20, 'is not ready too early, or too late'],
  ]);
}

function ofScalers(objects: Objects): string[] {
  return ofKind(objects, 'HorizontalPodAutoscaler').flatMap(({ metadata, spec }) => {
    const { kind, name } = spec.scaleTargetRef;
    const target = workloadsOf(objects).find(
      (each) => each.kind === kind && each.metadata.name === name,
    );
    if (target === undefined) return [`scaler ${metadata.name}: no ${kind} ${name}`];
    const requests = target.spec.template.spec.containers.map(
      ({ resources }) => resources.requests,
    );
    return unless([
      [target.spec.replicas === undefined, `an apply would reset the replicas of ${name}`],
      [spec.minReplicas <= spec.maxReplicas, `scaler ${metadata.name}: min over max`],
      ...spec.metrics.map(
        ({ resource }) =>
          [
            requests.every((each) => each?.[resource.name] !== undefined),
            `scaler ${metadata.name}: ${name} requests no ${resource.name}`,
          ] as const,
      ),
    ]);
  });
}
