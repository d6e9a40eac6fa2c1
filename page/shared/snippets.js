/** What a snippet shows. */
/**
 * @typedef {object} Snippet
 * @property {string} image absolute URL of the badge
 * @property {string} [dark] that for readers who prefer dark colors
 * @property {string} alt what the badge is about, not what it says: that changes
 * @property {string} [link]
 * @property {number} height in pixels
 */

/**
 * Formats of snippets, in the order of the page.
 * @type {readonly { id: string, title: string, needsDark?: true, separator: string, format: (snippet: Snippet) => string }[]}
 */
export const SNIPPET_FORMATS = [
  { id: 'markdown', title: 'Markdown', separator: '\n', format: formatMarkdown },
  { id: 'rst', title: 'reStructuredText', separator: '\n\n', format: formatRst },
  { id: 'asciidoc', title: 'AsciiDoc', separator: '\n', format: formatAsciidoc },
  { id: 'html', title: 'HTML', separator: '\n', format: formatHtml },
  {
    id: 'picture',
    title: 'HTML, light and dark',
    needsDark: true,
    separator: '\n',
    format: formatPicture,
  },
  { id: 'url', title: 'Image URL', separator: '\n', format: ({ image }) => escapeUrl(image) },
];

/** GitHub has refused longer URLs of pictures. */
export const LONG_URL = 1_000;

/** @type {Readonly<Record<string, number>>} */
const HEIGHTS = { plastic: 18, 'for-the-badge': 28 };

/**
 * Returns the height of an SVG in pixels.
 * @param {string | undefined} style
 */
export function heightOf(style) {
  return HEIGHTS[style ?? ''] ?? 20;
}

/** @param {Snippet} snippet */
function formatMarkdown({ image, alt, link }) {
  const picture = `![${oneLine(alt).replace(/[\\[\]*_`<&]/g, String.raw`\$&`)}](${escapeUrl(image)})`;
  return link === undefined ? picture : `[${picture}](${escapeUrl(link)})`;
}

/** @param {Snippet} snippet */
function formatRst({ image, alt, link }) {
  const target = link === undefined ? [] : [`   :target: ${escapeUrl(link)}`];
  return [`.. image:: ${escapeUrl(image)}`, ...target, `   :alt: ${oneLine(alt)}`].join('\n');
}

/** @param {Snippet} snippet */
function formatAsciidoc({ image, alt, link }) {
  const text = oneLine(alt).replace(/["\]\\]/g, String.raw`\$&`);
  const target = link === undefined ? '' : `,link="${escapeForAsciidoc(link)}"`;
  return `image:${escapeForAsciidoc(image)}["${text}"${target}]`;
}

/** @param {Snippet} snippet */
function formatHtml({ image, alt, link, height }) {
  return linked(imageTag(image, alt, height), link);
}

/** @param {Snippet} snippet */
function formatPicture({ image, dark = image, alt, link, height }) {
  const srcset = escapeHtml(escapeUrl(dark).replaceAll(',', '%2C'));
  const source = `<source media="(prefers-color-scheme: dark)" srcset="${srcset}">`;
  return linked(`<picture>${source}${imageTag(image, alt, height)}</picture>`, link);
}

/**
 * @param {string} image
 * @param {string} alt
 * @param {number} height
 */
function imageTag(image, alt, height) {
  return `<img src="${escapeHtml(escapeUrl(image))}" alt="${escapeHtml(oneLine(alt))}" height="${height}">`;
}

/**
 * @param {string} html
 * @param {string | undefined} link
 */
function linked(html, link) {
  return link === undefined ? html : `<a href="${escapeHtml(escapeUrl(link))}">${html}</a>`;
}

/** @param {string} text */
function oneLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * Escapes what ends a URL in some markup. Existing escapes stay.
 * @param {string} url
 */
export function escapeUrl(url) {
  return url
    .toWellFormed()
    .replace(/[^!#$%&*+,\-./0-9:;=?@A-Z_a-z~]+/g, (part) =>
      encodeURIComponent(part).replace(/['()]/g, percent),
    );
}

/**
 * AsciiDoc formats the text of URLs before it reads them: dashes, and pairs of these characters, must be escaped.
 * @param {string} url
 */
function escapeForAsciidoc(url) {
  const escaped = escapeUrl(url).replaceAll('--', '-%2D').replace(/\*/g, percent);
  return ['_', '~', '#', '+'].reduce(
    (text, mark) => (text.split(mark).length > 2 ? text.replaceAll(mark, percent(mark)) : text),
    escaped,
  );
}

/** @param {string} character */
function percent(character) {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** @param {string} text */
export function escapeHtml(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
