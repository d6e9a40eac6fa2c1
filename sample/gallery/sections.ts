import { KINDS } from '../../src/badges/catalog.ts';
import { examplePaths, parameterExamples } from '../../src/badges/urls.ts';
import { STYLES } from '../../src/imaging/spec.ts';
import { sampleProjects } from '../projects/sample-projects.ts';
import { normalize } from '../projects/project.ts';

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

const RASTER_EXTENSIONS = ['png', 'jpg', 'gif', 'tiff', 'webp'] as const;

const kinds: GallerySection = {
  title: 'Kinds',
  about: 'Every kind, by each of its names.',
  rows: KINDS.map((kind) => ({ name: kind.id, paths: examplePaths(kind) })),
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

const parameters: GallerySection = {
  title: 'Parameters',
  about: 'Every parameter, on a badge that it changes.',
  rows: parameterExamples().map(({ name, path }) => ({ name, paths: [path] })),
};

const statics: GallerySection = {
  title: 'Static badges',
  about: 'Label, message and color in the URL.',
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
    { name: 'no such kind', paths: ['/color/requests/badge.svg'] },
    { name: 'no such path', paths: ['/nowhere.svg'] },
  ],
};

const samples: GallerySection = {
  title: 'The sample index',
  about: 'Every project of the sample index, and what it is there for.',
  rows: sampleProjects.map(({ name, shows }) => ({
    name: `${name}: ${shows}`,
    paths: ['v', 'l', 'pyversions', 'status', 'format'].map(
      (kind) => `/pypi/${kind}/${normalize(name)}.svg`,
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
  parameters,
  statics,
  errors,
  counts,
  samples,
];
