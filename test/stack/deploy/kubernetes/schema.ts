import { z } from 'zod';

const typeSchema = z.object({ apiVersion: z.string(), kind: z.string() });
const errorsSchema = z.array(
  z.object({
    instancePath: z.string(),
    keyword: z.string(),
    params: z.record(z.string(), z.unknown()),
  }),
);
const keyedSchema = z
  .looseObject({ mountPath: z.string(), containerPort: z.number(), name: z.string() })
  .partial();
const moduleSchema = z.object({
  validate: z.custom<(object: unknown) => boolean>((validate) => typeof validate === 'function'),
});

/**
 * Returns what Kubernetes' API would refuse of an object: wrong types and values, missing and unknown fields. The schemas
 * are those of kubernetes-models, from Kubernetes' OpenAPI document.
 */
export async function schemaFaults(object: unknown): Promise<string[]> {
  const type = typeSchema.safeParse(object);
  if (!type.success) return ['an object without apiVersion or kind'];
  const { apiVersion, kind } = type.data;
  const [group = '', version = ''] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['core', apiVersion];
  const name = `IoK8sApi${capital(group.replace(/\..*/, ''))}${capital(version)}${kind}`;
  const loaded: unknown = await import(`kubernetes-models/_schemas/${name}`).catch(() => undefined);
  const module = moduleSchema.safeParse(loaded);
  if (!module.success) return [`no such type: ${apiVersion} ${kind}`];
  const { validate } = module.data;
  const read = new Set<string>();
  const isValid = validate(watchReads(object, '', read));
  const errors = isValid || !('errors' in validate) ? [] : errorsSchema.parse(validate.errors);
  return [
    ...findTwice(object, ''),
    ...errors.map(({ instancePath, keyword, params }) =>
      `${instancePath}: ${keyword} ${Object.values(params).join(', ')}`.trim(),
    ),
    ...findUnread(object, '', read).map((path) => `${path}: no such field`),
  ];
}

/** The schemas accept unknown fields, but they look at each field that they know. */
function watchReads(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const at = `${path}/${String(key)}`;
      read.add(at);
      return watchReads(Reflect.get(target, key), at, read);
    },
  });
}

function findUnread(value: unknown, path: string, read: ReadonlySet<string>): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const at = `${path}/${key}`;
    return read.has(at) ? findUnread(member, at, read) : [at];
  });
}

/** Lists have no two equal members, nor two of one name or path; the words of a command may be equal. */
function findTwice(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || path.endsWith('/command')) return [];
  const members = Object.entries(value);
  const keys = Array.isArray(value) ? members.map(([, member]) => keyOf(member)) : [];
  const twice = new Set(keys.filter((key, place) => keys.indexOf(key) !== place));
  return [
    ...[...twice].map((key) => `${path}: twice ${key}`),
    ...members.flatMap(([key, member]) => findTwice(member, `${path}/${key}`)),
  ];
}

/** What tells a member of a list from the others. */
function keyOf(member: unknown): string {
  const { mountPath, containerPort, name } = keyedSchema.safeParse(member).data ?? {};
  return JSON.stringify(mountPath ?? containerPort ?? name ?? member);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
