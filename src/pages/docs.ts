import type { Served } from '../badges/catalog.ts';
import type { Parameter } from '../badges/parameters.ts';
import { parameterExamples } from '../badges/urls.ts';
import { FAULTS } from '../errors.ts';
import { STYLES } from '../imaging/spec.ts';
import { Html, html, inline } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';
import { EXAMPLE_PROJECT, livePaths, URL_FORMS } from './reference.ts';

const RASTER_EXTENSIONS = ['png', 'jpg', 'gif', 'webp'];
const STATICS = [
  ['no label', '/badge/just%20a%20message-blue.svg'],
  ['escapes', '/badge/semi--final-snake__case_and_spaces-orange.svg'],
  ['any script', `/badge/${encodeURIComponent('ελληνικά')}-${encodeURIComponent('日本')}-9cf.svg`],
] as const;

interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly content: Html;
}

/** Returns `/docs`: every kind, grammar and parameter, with examples that are drawn when the page is read. */
export function renderDocs(assetUrl: AssetUrl, served: Served): string {
  const sections = [
    urls(),
    kinds(served),
    parameters(served),
    styles(),
    formats(),
    statics(),
    errors(),
  ];
  const main = html`<h1>Documentation</h1>
<p class="lead">
      A badge is a URL. To move a README to pypins, change the host in its URLs, or
<a href="/">paste it</a>.
</p>
<nav class="contents" aria-label="Sections">
${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}
</nav>
${sections.map(
  ({ id, title, about, content }) =>
    html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<p>${inline(about)}</p>
${content}
</section>`,
)}`;
  return layout({
    title: 'pypins: documentation',
    description: 'Every kind of badge, every URL and every parameter, with live examples.',
    assetUrl,
    current: '/docs',
    main,
  });
}

function urls(): Section {
  return {
    id: 'urls',
    title: 'URLs',
    about:
      'Those of other services work here. `<ext>` is `svg`, `png`, `jpg`, `gif`, `tiff`, `webp`, or `json` for the badge as data.',
    content: table(
      ['URL', 'as at', 'example'],
      URL_FORMS.map(({ form, service, example }) => [
        html`<code>${form}</code>`,
        html`${service}`,
        badge(example),
      ]),
    ),
  };
}

function kinds(served: Served): Section {
  return {
    id: 'kinds',
    title: 'Kinds',
    about: `Each under all of its names, for the project \`${EXAMPLE_PROJECT}\`.`,
    content: table(
      ['badge', 'shows', 'parameters', 'examples'],
      served.kinds.map((kind) => [
        html`${kind.title ?? kind.label}`,
        inline(kind.about),
        codes(kind.parameters ?? []),
        html`${livePaths(kind).map(badge)}`,
      ]),
    ),
  };
}

function parameters(served: Served): Section {
  const examples = new Map(parameterExamples().map(({ name, path }) => [name, path]));
  return {
    id: 'parameters',
    title: 'Parameters',
    about:
      'They follow a `?` in the URL. What does not fit is ignored, and so are parameters of other names.',
    content: table(
      ['parameter', 'meaning', 'values', 'example'],
      served.parameters.map((parameter) => [
        html`<code>${parameter.name}</code>`,
        inline(parameter.about),
        valuesOf(parameter),
        parameter.changes === 'index'
          ? html`<code>${live(examples.get(parameter.name) ?? '')}</code>`
          : badge(live(examples.get(parameter.name) ?? '')),
      ]),
    ),
  };
}

/** The catalog's examples are of the sample index. */
function live(path: string): string {
  return path.replace(/sample-[a-z-]+/, EXAMPLE_PROJECT);
}

function styles(): Section {
  return {
    id: 'styles',
    title: 'Styles',
    about: 'The parameter `style` chooses one.',
    content: table(
      ['style', 'example'],
      STYLES.map((style) => [
        html`<code>${style}</code>`,
        badge(`/pypi/v/${EXAMPLE_PROJECT}.svg?style=${style}`),
      ]),
    ),
  };
}

function formats(): Section {
  return {
    id: 'formats',
    title: 'Formats',
    about:
      'SVG is sharp at any size. Where it is not shown, `scale` makes other formats larger; here it is 2.',
    content: table(
      ['format', 'example'],
      RASTER_EXTENSIONS.map((extension) => [
        html`<code>${extension}</code>`,
        badge(`/pypi/v/${EXAMPLE_PROJECT}.${extension}?scale=2`),
      ]),
    ),
  };
}

function statics(): Section {
  return {
    id: 'static',
    title: 'Static badges',
    about: 'Label, message and color in the URL: `--` is a dash, `_` a space, `__` an underscore.',
    content: table(
      ['', 'example'],
      STATICS.map(([name, path]) => [html`${name}`, badge(path)]),
    ),
  };
}

function errors(): Section {
  const rows = Object.values(FAULTS).map((fault) => [
    html`<code>${fault.verdict}</code>`,
    html`${fault.message}`,
    html`${fault.status}${'alwaysTrue' in fault ? ', always' : ''}`,
  ]);
  return {
    id: 'errors',
    title: 'When something is wrong',
    about:
      'The answer is a picture all the same, with status 200, because image proxies show nothing else. With `?strict=1`, and for `.json`, it has the true status.',
    content: table(['header X-Badge-Status', 'message', 'true status'], rows),
  };
}

function valuesOf({ values = [], default: usual }: Parameter): Html {
  return html`${values.map((value) => html`<code>${value}</code>${value === usual ? ' (default)' : ''}`)}`;
}

function codes(names: readonly string[]): Html {
  return html`${names.map((name) => html`<code>${name}</code>`)}`;
}

function badge(path: string): Html {
  return html`<a class="example" href="${path}"><img src="${path}" alt="" loading="lazy" /><code>${path}</code></a>`;
}

/** A wide table scrolls by itself; the keyboard reaches it. */
function table(heads: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table">
<table>
<thead>
<tr>
${heads.map((head) => html`<th scope="col">${head}</th>`)}
</tr>
</thead>
<tbody>
${rows.map(
  (cells) =>
    html`<tr>
${cells.map((cell) => html`<td>${cell}</td>`)}
</tr>`,
)}
</tbody>
</table>
</div>`;
}
