import { sampleProjects } from './projects.ts';
import { normalise } from './project.ts';

/** Badges that belong together; each is a path with its query. */
export interface GallerySection {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly GalleryRow[];
}
export interface GalleryRow {
  readonly name: string;
  readonly paths: readonly string[];
}

const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const;
const RASTER_EXTENSIONS = ['png', 'jpg', 'gif', 'tiff', 'webp'] as const;
const FRAMEWORKS = [
  'aws-cdk',
  'django',
  'django-cms',
  'jupyterlab',
  'odoo',
  'plone',
  'wagtail',
  'zope',
] as const;

/** Every kind: its name in pypip.in's grammar, its names in shields.io's, and a project that shows it well. */
const KINDS: readonly (readonly [kind: string, pypip: string, shields: string, project: string])[] =
  [
    ['version', 'version', 'v', 'requests'],
    ['downloads', 'download', 'dm', 'requests'],
    ['licence', 'license', 'l', 'sample-plain'],
    ['versions of Python', 'py_versions', 'pyversions', 'sample-plain'],
    ['implementation', 'implementation', 'implementation', 'sample-pythons'],
    ['status', 'status', 'status', 'sample-plain'],
    ['wheel', 'wheel', 'wheel', 'sample-plain'],
    ['egg', 'egg', 'egg', 'sample-egg'],
    ['format', 'format', 'format', 'sample-plain'],
    ['types', 'types', 'types', 'sample-plain'],
    ['requires', 'requires', 'requires', 'sample-plain'],
  ];

const kinds: GallerySection = {
  title: 'Kinds',
  about: 'Every kind, in the grammar of pypip.in and in that of shields.io.',
  rows: [
    ...KINDS.map(([name, pypip, shields, project]) => ({
      name,
      paths: [`/${pypip}/${project}/badge.svg`, `/pypi/${shields}/${project}.svg`],
    })),
    { name: 'plain version', paths: ['/py/requests.svg'] },
    {
      name: 'downloads by period',
      paths: [
        '/d/Flask/badge.svg?period=day',
        '/d/Flask/badge.svg?period=week',
        '/pypi/dd/Flask.svg',
        '/pypi/dw/Flask.svg',
      ],
    },
    { name: 'one release', paths: ['/pypi/v/requests/2.32.1.svg', '/pypi/l/requests/2.31.0.svg'] },
    {
      name: 'frameworks',
      paths: [
        ...FRAMEWORKS.map((each) => `/pypi/frameworkversions/${each}/sample-frameworks.svg`),
        '/pypi/djversions/sample-frameworks.svg',
      ],
    },
  ],
};

const styles: GallerySection = {
  title: 'Styles',
  about: 'The five styles.',
  rows: STYLES.map((style) => ({
    name: style,
    paths: [
      `/version/requests/badge.svg?style=${style}`,
      `/pypi/pyversions/sample-plain.svg?style=${style}`,
    ],
  })),
};

const formats: GallerySection = {
  title: 'Formats',
  about: 'Raster pictures at twice the size, in all styles. Few browsers show TIFF.',
  rows: RASTER_EXTENSIONS.map((extension) => ({
    name: extension,
    paths: STYLES.map(
      (style) => `/py_versions/sample-plain/badge.${extension}?scale=2&style=${style}`,
    ),
  })),
};

const looks: GallerySection = {
  title: 'Parameters',
  about: 'What a URL can change.',
  rows: [
    { name: 'label', paths: ['/pypi/v/requests.svg?label=stable', '/pypi/v/requests.svg?label='] },
    {
      name: 'colours',
      paths: [
        '/pypi/v/requests.svg?color=ff69b4',
        '/pypi/v/requests.svg?color=rebeccapurple&labelColor=black',
      ],
    },
    {
      name: 'logo',
      paths: [
        '/pypi/v/requests.svg?logo=pypi&logoColor=white',
        '/pypi/v/Django.svg?logo=django&style=social',
      ],
    },
    {
      name: 'prefix and text',
      paths: ['/pypi/v/requests.svg?prefix=none', '/version/requests/badge.svg?text=version'],
    },
  ],
};

const statics: GallerySection = {
  title: 'Static badges',
  about: 'Label, message and colour in the URL.',
  rows: [
    { name: 'three parts', paths: ['/badge/docs-passing-brightgreen.svg'] },
    { name: 'no label', paths: ['/badge/just%20a%20message-blue.svg'] },
    { name: 'escapes', paths: ['/badge/semi--final-snake__case_and_spaces-orange.svg'] },
    { name: 'any script', paths: [`/badge/${encodeURIComponent('ελληνικά')}-🐍-9cf.svg`] },
  ],
};

const errors: GallerySection = {
  title: 'When something is wrong',
  about: 'Still a picture, with HTTP 200; X-Badge-Status has the truth.',
  rows: [
    {
      name: 'no such project',
      paths: [
        '/version/sample-that-is-not-there/badge.svg',
        '/pypi/v/sample-that-is-not-there.svg',
      ],
    },
    { name: 'no such release', paths: ['/pypi/v/requests/99.svg'] },
    { name: 'a name that cannot be', paths: ['/version/-not-a-name-/badge.svg'] },
    { name: 'no such kind', paths: ['/colour/requests/badge.svg'] },
    { name: 'no such path', paths: ['/nowhere.svg'] },
  ],
};

const samples: GallerySection = {
  title: 'The sample index',
  about: 'Every project of the sample index, and what it is there for.',
  rows: sampleProjects.map(({ name, shows }) => ({
    name: `${name}: ${shows}`,
    paths: ['v', 'l', 'pyversions', 'status', 'format'].map(
      (kind) => `/pypi/${kind}/${normalise(name)}.svg`,
    ),
  })),
};

/** The downloads of few projects are shown, as pypistats.org answers 30 questions a minute. */
const counts: GallerySection = {
  title: 'Counts',
  about: 'Downloads of projects at the edges.',
  rows: ['uncounted', 'no-downloads', 'few-downloads', 'nearly-a-million', 'billions'].map(
    (name) => ({
      name: `sample-${name}`,
      paths: [`/d/sample-${name}/badge.svg`, `/pypi/dm/sample-${name}.svg`],
    }),
  ),
};

/** What the gallery shows, from top to bottom. */
export const gallerySections: readonly GallerySection[] = [
  kinds,
  styles,
  formats,
  looks,
  statics,
  errors,
  counts,
  samples,
];
