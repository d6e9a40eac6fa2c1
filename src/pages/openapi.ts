import type { Served } from '../badges/catalog.ts';
import type { Grammar } from '../badges/kind.ts';
import type { Parameter } from '../badges/parameters.ts';
import { FAULTS } from '../errors.ts';
import { CONTENT_TYPES } from '../http/headers.ts';
import { EXTENSION_NAMES } from '../http/urls/paths.ts';
import { EXAMPLE_PROJECT } from './reference.ts';

const FRAMEWORKS = 'frameworkversions/';
const TWIN_SCHEMA = {
  type: 'object',
  required: ['schemaVersion', 'label', 'message', 'color'],
  properties: {
    schemaVersion: { const: 1 },
    label: { type: 'string' },
    message: { type: 'string' },
    color: { type: 'string' },
    labelColor: { type: 'string' },
    isError: { type: 'boolean' },
    namedLogo: { type: 'string' },
    logoColor: { type: 'string' },
    logoSize: { type: 'string' },
    logoSvg: { type: 'string' },
    style: { type: 'string' },
    cacheSeconds: { type: 'integer' },
  },
};

interface PathParameter {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  readonly values?: readonly string[];
}

const project: PathParameter = {
  name: 'project',
  description: 'name of a project on PyPI, in any spelling (PEP 503)',
  example: EXAMPLE_PROJECT,
};
const release: PathParameter = { name: 'release', description: 'a release', example: '2.32.3' };
const extension: PathParameter = {
  name: 'extension',
  description: 'format of the answer',
  example: 'svg',
  values: EXTENSION_NAMES,
};

/** Returns the OpenAPI 3.1 document of all badges, from the catalog. */
export function createOpenApi(version: string, served: Served): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'pypins',
      version,
      description:
        'Badge images about Python packages. Errors are pictures with status 200, unless `strict` is 1.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: { ...badgesOfProjects(served), ...staticBadges(served), ...otherPaths() },
    components: { schemas: { Badge: TWIN_SCHEMA } },
  };
}

type Form = [path: string, summary: string, parameters: PathParameter[]];

function badgesOfProjects(served: Served): Record<string, object> {
  const shields = namesAt(served, 'shields');
  const plain = shields.filter((name) => !name.startsWith(FRAMEWORKS));
  const ofRelease = namesAt(served, 'shields', 'project').filter((name) => plain.includes(name));
  const framework: PathParameter = {
    name: 'framework',
    description: 'a framework',
    example: 'django',
    values: shields.flatMap((name) =>
      name.startsWith(FRAMEWORKS) ? [name.slice(FRAMEWORKS.length)] : [],
    ),
  };
  const forms: Form[] = [
    [
      '/{kind}/{project}/badge.{extension}',
      'Badge, as at pypip.in',
      [kindOf(namesAt(served, 'pypip'), 'version'), project, extension],
    ],
    [
      '/pypi/{kind}/{project}.{extension}',
      'Badge, as at shields.io',
      [kindOf(plain, 'v'), project, extension],
    ],
    [
      '/pypi/{kind}/{project}/{release}.{extension}',
      'Badge of a release',
      [kindOf(ofRelease, 'v'), project, release, extension],
    ],
    [
      `/pypi/${FRAMEWORKS}{framework}/{project}.{extension}`,
      'Versions of a framework',
      [framework, project, extension],
    ],
    ['/py/{project}.{extension}', 'Version, as at badge.fury.io', [project, extension]],
    ...served.kinds.flatMap(({ otherPaths: paths = [], title = '' }) =>
      paths.map((path): Form => [`${path}/{project}.{extension}`, title, [project, extension]]),
    ),
  ];
  return Object.fromEntries(
    forms.map(([path, summary, parameters]) => [
      path,
      badge(summary, parameters, served.parameters.filter(isOfProjects)),
    ]),
  );
}

function staticBadges({ parameters }: Served): Record<string, object> {
  const content: PathParameter = {
    name: 'content',
    description: '`<label>-<message>-<color>`; `--` is a dash, `_` a space, `__` an underscore',
    example: 'docs-passing-brightgreen',
  };
  return {
    '/badge/{content}.{extension}': badge(
      'Static badge, as at shields.io',
      [content, extension],
      parameters,
    ),
    '/static/v1.{extension}': badge('Static badge by parameters', [extension], parameters, [
      'message',
    ]),
  };
}

function otherPaths(): Record<string, object> {
  return {
    '/status.json': {
      get: { summary: 'State of the service', responses: { 200: { description: 'its state' } } },
    },
    '/refresh/{project}': {
      post: {
        summary: 'Refresh a project after an upload',
        parameters: [pathParameter(project)],
        responses: { 200: { description: 'what PyPI serves' }, 429: limited() },
      },
    },
  };
}

function namesAt(served: Served, grammar: Grammar, facts?: 'project'): string[] {
  const kinds = served.kinds.filter((kind) => facts === undefined || kind.facts === facts);
  return kinds.flatMap(({ names }) => names[grammar] ?? []);
}

function isOfProjects({ staticExample }: Parameter): boolean {
  return staticExample === undefined;
}

function kindOf(values: readonly string[], example: string): PathParameter {
  return { name: 'kind', description: 'kind of the badge', example, values };
}

function badge(
  summary: string,
  parameters: readonly PathParameter[],
  query: readonly Parameter[],
  required: readonly string[] = [],
): object {
  const pictures = Object.entries(CONTENT_TYPES).filter(([format]) => format !== 'json');
  return {
    get: {
      summary,
      parameters: [
        ...parameters.map(pathParameter),
        ...query.map((parameter) => queryParameter(parameter, required)),
      ],
      responses: {
        200: {
          description: 'the badge; in pictures, also errors',
          headers: {
            'X-Badge-Status': { schema: { type: 'string', enum: ['ok', ...verdicts()] } },
          },
          content: {
            ...Object.fromEntries(
              pictures.map(([, type]) => [type, { schema: { type: 'string' } }]),
            ),
            'application/json': { schema: { $ref: '#/components/schemas/Badge' } },
          },
        },
        429: limited(),
      },
    },
  };
}

function verdicts(): string[] {
  return [...new Set(['stale', ...Object.values(FAULTS).map(({ verdict }) => verdict)])];
}

function pathParameter({ name, description, example, values }: PathParameter): object {
  return { name, in: 'path', required: true, description, example, schema: schemaOf(values) };
}

function queryParameter(
  { name, about, example, values, oldNameOf, default: usual }: Parameter,
  required: readonly string[],
): object {
  return {
    name,
    in: 'query',
    description: about,
    example,
    ...(required.includes(name) && { required: true }),
    ...(oldNameOf !== undefined && { deprecated: true }),
    schema: { ...schemaOf(values), ...(usual !== undefined && { default: usual }) },
  };
}

function schemaOf(values: readonly string[] | undefined): object {
  return { type: 'string', ...(values !== undefined && { enum: values }) };
}

function limited(): object {
  return { description: 'too many requests; `Retry-After` says how long to wait' };
}
