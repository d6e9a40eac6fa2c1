import { type Mutation, mutationsOf } from './mutation.ts';

const ALL = /^[^]*$/;

/** Faults of every sort that an operator, or a change, may bring in. */
export const MUTATIONS: readonly Mutation[] = [
  // What Kubernetes' API refuses.
  ...mutationsOf('Deployment api', [
    ['apps/v1', 'extensions/v1beta1', /expected "apps\/v1"/],
    ['kind: Deployment', 'kind: Deploiment', /no such type/],
    ['memory: 512Mi', 'memory: 512MB', /memory: format quantity/],
    ['periodSeconds: 1', 'periodSeconds: 1s', /periodSeconds: type integer/],
    ['containerPort: 8080', 'containerPort: http', /containerPort: type integer/],
    ['maxSurge: 1', 'maxSurge: [1]', /maxSurge/],
    ['type: RollingUpdate', 'type: Rolling', /strategy\/type: enum/],
    [/- mountPath: \/tmp\n/, '-\n', /mountPath/],
  ]),
  ...mutationsOf('HorizontalPodAutoscaler api', [
    ['autoscaling/v2', 'autoscaling/v2beta2', /expected "autoscaling\/v2"/],
    ['maxReplicas: 8', 'maxReplicas: "8"', /maxReplicas: type integer/],
  ]),
  // A field of Kubernetes' that no check knows, and what a list has twice.
  ...mutationsOf('Deployment api', [
    ['    spec:\n', '    spec:\n      hostPID: true\n', /Unrecognized key: "hostPID"/],
    [
      '  periodSeconds: 10\n',
      '  initialDelaySeconds: 600\n',
      /Unrecognized.*"initialDelaySeconds"/,
    ],
    [
      'key: PURGE_KEY\n',
      'optional: true\n              key: PURGE_KEY\n',
      /Unrecognized.*"optional"/,
    ],
    [/- name: PURGE_KEY\n *valueFrom:\n.*\n.*\n.*\n/, '- {name: PURGE_KEY, value: x}\n', /"value"/],
    [
      '- mountPath: /tmp\n',
      '- mountPath: /tmp\n          readOnly: true\n',
      /cannot write to \/tmp/,
    ],
    ['    ports:\n', '    ports:\n        - {name: web, containerPort: 8080}\n', /twice 8080/],
  ]),
  // What names something that is not there.
  ...mutationsOf('Deployment api', [
    [/matchLabels:\n {6}app: api/, 'matchLabels:\n      app: apis', /does not choose its pods/],
    ['port: admin', 'port: metrics', /probes no port: metrics/],
    ['key: PURGE_KEY', 'key: PURGEKEY', /has no PURGEKEY/],
    [/name: secrets-\w+/, 'name: secret', /Secret secret has no PURGE_KEY/],
    [/name: settings-\w+/, 'name: settings', /settings from what is not there/],
    ['name: cache\n', 'name: cash\n', /mounts no volume: cash/],
    ['app: api\n        maxSkew', 'app: follower\n        maxSkew', /spreads others' pods/],
    ['namespace: pypins', 'namespace: default', /in namespace default/],
  ]),
  ...mutationsOf('Service api', [
    [/selector:\n {4}app: api/, 'selector:\n    app: aip', /does not choose one workload/],
    ['targetPort: http', 'targetPort: web', /no port web/],
    ['targetPort: http', 'targetPort: 8008', /no port 8008/],
    [' port: 8080', ' port: 80', /varnish: no Service api with port 8080/],
    ['name: api\n', 'name: apis\n', /no Service api/],
    ['spec:', 'spec:\n  clusterIP: None', /addresses of single pods/],
  ]),
  ...mutationsOf('HorizontalPodAutoscaler api', [
    ['kind: Deployment', 'kind: StatefulSet', /no StatefulSet api/],
    ['minReplicas: 2', 'minReplicas: 9', /min over max/],
    ['minReplicas: 2', 'minReplicas: 1', /minReplicas/],
    ['WindowSeconds: 300', 'WindowSeconds: 1', /WindowSeconds/],
  ]),
  ...mutationsOf('PodDisruptionBudget varnish', [
    ['app: varnish', 'app: varnis', /not of one/],
    ['maxUnavailable: 1', 'maxUnavailable: 2', /allows all to go/],
    ['maxUnavailable: 1', 'maxUnavailable: 0', /forbids to drain/],
  ]),
  ...mutationsOf('StatefulSet varnish', [
    ['serviceName: varnish-nodes', 'serviceName: varnish', /no headless service/],
    ['subPath: rules.vcl', 'subPath: rule.vcl', /main has no rule.vcl/],
    [
      'mountPath: /etc/varnish/rules\n',
      'mountPath: /etc/varnish/rule\n',
      /no file \/etc\/varnish\/rules\/probe/,
    ],
    ['- ping', '- status', /is not probed by/],
    [/name: varnish-rules-\w+/, 'name: varnish-rules', /no ConfigMap varnish-rules/],
  ]),
  ...mutationsOf('Service varnish-nodes', [
    ['clusterIP: None', 'clusterIP: ""', /no headless service/],
    ['publishNotReadyAddresses: true', 'publishNotReadyAddresses: false', /no headless service/],
    ['targetPort: purge', 'targetPort: purges', /no port purges/],
  ]),
  ...mutationsOf(
    'Ingress varnish',
    [
      ['name: http', 'name: web', /no Service varnish with web/],
      ['- host: badges', '- host: badge', /no TLS for badge\.example/],
      [/badges\.example/g, 'badge.example', /PUBLIC_URL is not that of the Ingress/],
      [
        'name: varnish\n            port',
        'name: api\n            port',
        /forbidden: ingress to api/,
      ],
      ['path: /\n', 'path: /badge\n', /path/],
    ],
    'ingress',
  ),
  ...mutationsOf(
    'Deployment follower',
    [
      ['claimName: cache', 'claimName: cash', /no claim cash/],
      [/persistentVolumeClaim:\n.*\n/, 'emptyDir: { sizeLimit: 2Gi }\n', /stores differ/],
    ],
    'single-node',
  ),
  ...mutationsOf(
    'PersistentVolumeClaim cache',
    [
      ['storage: 2Gi', 'storage: 1Gi', /larger than its volume/],
      ['ReadWriteOnce', 'ReadOnlyMany', /accessModes/],
    ],
    'single-node',
  ),
  // What a pod may, and its limits.
  ...mutationsOf('Deployment follower', [
    ['allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true', /may gain rights/],
    ['readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false', /write to its image/],
    [/ {10}capabilities:\n.*\n.*- ALL\n/, '', /has capabilities/],
    [/ {8}securityContext:\n( {10}.*\n)+/, '', /may gain rights[^]*write to its image/],
    ['runAsNonRoot: true', 'runAsNonRoot: false', /may run as root/],
    [/ {8}seccompProfile:\n.*\n/, '', /no seccomp profile/],
    ['automountServiceAccountToken: false', 'automountServiceAccountToken: true', /a token/],
    [/@sha256:\w+/, ':latest', /not named by digest/],
    [/ {10}limits:\n.*\n/, '', /no limit of memory/],
    [/emptyDir:\n.*sizeLimit: 64Mi/, 'emptyDir: {}', /tmp has no limit/],
    ['mountPath: /tmp', 'mountPath: /temp', /cannot write to \/tmp/],
    ['runAsUser: 1000', 'runAsUser: 1001', /does not run as 1000:1000/],
    ['memory: 128Mi', 'memory: 1Gi', /requests more memory/],
    ['memory: 128Mi', 'memory: 64Mi', /less than a quarter of the memory/],
    ['cpu: 50m', 'cpu: 5m', /so little CPU/],
    ['storage: 64Mi', 'storage: 64Gi', /more disk than its volumes/],
    ['replicas: 2', 'replicas: 1', /has one pod/],
    ['replicas: 2', 'replicas: 0', /replicas/],
    ['maxSurge: 1', 'maxSurge: 0', /none can be replaced/],
    ['maxSkew: 1', 'maxSkew: 9', /maxSkew/],
    ['sizeLimit: 64Mi', 'sizeLimit: 1Mi', /tmp is smaller than/],
    ['timeoutSeconds: 5', 'timeoutSeconds: 50', /restarted when it is busy[^]* or late/],
    ['timeoutSeconds: 2', 'timeoutSeconds: 1', /less than two seconds to answer/],
    [/pypins@sha256:0/, 'pypins@sha256:1', /different images/],
    ['PeriodSeconds: 30', 'PeriodSeconds: 300', /may take long to stop/],
    ['path: /healthz', 'path: /health', /is not probed by/],
    ['failureThreshold: 60', 'failureThreshold: 6', /less than half a minute to start/],
    ['maxUnavailable: 0', 'maxUnavailable: 1', /before its successor is ready/],
    ['topology.kubernetes.io/zone', 'zone', /is not spread by/],
    [/ {8}livenessProbe:\n( {10}.*\n)+/, '', /is not probed/],
  ]),
  ...mutationsOf('Secret secrets', [[/PURGE_KEY: \S+/, 'PURGE_KEY: ""', /has no PURGE_KEY/]]),
  ...mutationsOf('Namespace pypins', [
    ['enforce: restricted', 'enforce: baseline', /not restricted: baseline/],
  ]),
  ...mutationsOf('StatefulSet varnish', [
    ['malloc,256m', 'malloc,512m', /its command is not/],
    [/memory: 1Gi/, 'memory: 512Mi', /not limited to 1g/],
    [/varnish:9\.0\.4@sha256:7/, 'varnish:9.0.4@sha256:8', /not the image/],
    ['terminationGracePeriodSeconds: 8', 'terminationGracePeriodSeconds: 5', /is killed before/],
    ['seconds: 5\n', 'seconds: 1\n', /ends while it is still sent/],
    ['podManagementPolicy: Parallel', 'podManagementPolicy: OrderedReady', /keeps the others/],
    ['sizeLimit: 160Mi', 'sizeLimit: 80Mi', /varnish is smaller than/],
  ]),
  ...mutationsOf('Deployment redis', [
    ['allkeys-lru', 'noeviction', /its command is not/],
    ['$(REDIS_PASSWORD)', '$(PASSWORD)', /needs PASSWORD/],
    ['type: Recreate', 'type: RollingUpdate', /half of the facts/],
  ]),
  // Settings.
  ...mutationsOf('ConfigMap settings', [
    ['CACHE_MAX_BYTES: "1073741824"', 'CACHE_MAX_BYTES: 1GiB', /CACHE_MAX_BYTES: must be/],
    ['CACHE_MAX_BYTES: "1073741824"', 'CACHE_MAX_BYTES: "3221225472"', /larger than its volume/],
    [
      'http://varnish-nodes:6085',
      'http://varnish-nodes:6086',
      /no Service varnish-nodes with port 6086/,
    ],
    ['http://varnish-nodes:6085', 'http://varnish:6085', /no Service varnish with port 6085/],
    ['ADMIN_HOST: 0.0.0.0', 'ADMIN_HOST: 127.0.0.1', /probes do not reach/],
    ['DRAWING_CONCURRENCY', 'DRAWING_QUEUE', /as its node has cores/],
    ['ADMIN_HOST: 0', 'HOST: 127.0.0.1\n  ADMIN_HOST: 0', /does not reach its port/],
    ['ADMIN_HOST: 0', 'MEMORY_MAX_BYTES: "300000000"\n  ADMIN_HOST: 0', /eighth of its memory/],
    ['ADMIN_HOST: 0', 'PURGE_KEY: the-key\n  ADMIN_HOST: 0', /settings-\w+ shows PURGE_KEY/],
    [',fc00::/7', '', /addresses that Varnish trusts differ/],
    ['/var/cache/pypins/own', '/var/cache/own', /not in a volume/],
  ]),
  ...mutationsOf('Deployment api', [
    ['containerPort: 8080', 'containerPort: 8000', /listens on admin 8081, http 8080/],
    ['- serve', '- server', /no command/],
  ]),
  ...mutationsOf('StatefulSet varnish', [
    ['purge=:6085', 'purge=:6086', /listens on http 8000, purge 6086/],
    ['key: PURGE_KEY', 'key: REDIS_PASSWORD', /keys for purges differ/],
  ]),
  ...mutationsOf('ConfigMap varnish-site', [
    ['.host = "api"', '.host = "pypins-api"', /no Service pypins-api/],
    ['.port = "8080"', '.port = "8081"', /no Service api with port 8081/],
  ]),
  // The network.
  ...mutationsOf('NetworkPolicy varnish', [
    ['port: 8000', 'port: 80', /forbidden: ingress to varnish, TCP 8000/],
    ['- follower', '- flower', /forbidden: follower to varnish, TCP 6085/],
    [/ {2}- from:\n {4}- namespaceSelector:\n( {6}.*\n)+/, '  - from: []\n', /forbidden: ingress/],
    [/ {4}- namespaceSelector:\n( {6}.*\n)+/, '    - podSelector: {}\n', /forbidden: ingress/],
    ['pypins-access: ingress', 'pypins-access: ingres', /forbidden: ingress to varnish/],
  ]),
  ...mutationsOf('NetworkPolicy outward', [
    [/\n.*169\.254\.0\.0\/16/, '', /without need: api to 169\.254\.169\.254, TCP 443/],
    [/- ports:\n {4}- port: 443\n.*\n {4}to:/, '- to:', /without need: api to the world, TCP 53/],
    ['port: 443', 'port: 80', /forbidden: api to the world, TCP 443/],
  ]),
  ...mutationsOf('NetworkPolicy names', [
    [
      'port: 53\n      protocol: UDP',
      'port: 54\n      protocol: UDP',
      /forbidden: api to DNS, UDP 53/,
    ],
    ['k8s-app: kube-dns', 'k8s-app: dns', /forbidden: \w+ to DNS/],
  ]),
  ...mutationsOf('NetworkPolicy redis', [
    [
      /podSelector:\n {8}matchExpressions:\n(?: {8}.*\n)+/,
      'podSelector: {}\n',
      /varnish to redis, TCP 6379 \(Ingress/,
    ],
    ['app: redis', 'app: none', /for no pod/],
    ['- api\n', '', /forbidden: api to redis, TCP 6379/],
    [
      / - podSelector:\n(?: {8}.*\n)+/,
      ' - ipBlock: { cidr: 0.0.0.0/0 }\n',
      /the world to redis, TCP 6379/,
    ],
  ]),
  ...mutationsOf('NetworkPolicy nothing', [
    [/\n.*- Egress/, '', /no policy denies all/],
    ['podSelector: {}', 'podSelector: { matchLabels: { app: none } }', /for no pod/],
  ]),
  // An object that is not there.
  ...mutationsOf('NetworkPolicy nothing', [[ALL, '', /no policy denies all/]]),
  ...mutationsOf('NetworkPolicy names', [[ALL, '', /forbidden: \w+ to DNS/]]),
  ...mutationsOf('NetworkPolicy redis-clients', [[ALL, '', /forbidden: api to redis/]]),
  ...mutationsOf('PodDisruptionBudget varnish', [[ALL, '', /no budget of disruptions/]]),
  ...mutationsOf('HorizontalPodAutoscaler api', [[ALL, '', /neither replicas nor a scaler/]]),
  ...mutationsOf('Service varnish-nodes', [[ALL, '', /no headless service/]]),
  ...mutationsOf('Deployment redis', [[ALL, '', /does not choose one workload/]]),
  ...mutationsOf('Namespace pypins', [[ALL, '', /in namespace pypins/]]),
];
