import { gallerySections, type GalleryRow, type GallerySection } from './sections.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const STYLESHEET = `
  :root { color-scheme: light; }
  body { max-width: 68rem; margin: 2rem auto; padding: 0 1.5rem; background: #fff; color: #24292f;
    font: 16px/1.5 system-ui, sans-serif; }
  h1 { margin: 0; font-size: 1.8rem; }
  h2 { margin: 2.5rem 0 0; font-size: 1.25rem; }
  p { margin: .25rem 0 1rem; color: #57606a; }
  nav a { margin-right: 1rem; }
  a { color: #0969da; text-decoration: none; }
  a:hover { text-decoration: underline; }
  table { width: 100%; border-collapse: collapse; }
  th, td { padding: .5rem .75rem .5rem 0; border-top: 1px solid #d8dee4; text-align: left;
    vertical-align: top; overflow-wrap: anywhere; }
  th { width: 15rem; font-weight: 500; }
  td { padding-right: 0; }
  div { display: flex; flex-wrap: wrap; gap: .75rem 1.75rem; }
  figure { margin: 0; }
  img { display: block; max-width: 100%; }
  code { font: 12px/1.6 ui-monospace, monospace; color: #57606a; }
`;

/**
 * Returns a page, without scripts, of every kind in each grammar, all styles and formats, parameters, static badges and
 * errors, each with its URL as text. `badgesUrl` is the origin that serves the badges.
 */
export function renderGallery(badgesUrl: string): string {
  const origin = badgesUrl.replace(/(?<!\/)\/+$/, '');
  const sections = gallerySections.map((section) => renderSection(section, origin));
  const links = gallerySections.map(
    ({ title }) => `<a href="#${anchorOf(title)}">${escapeHtml(title)}</a>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>pypins: the gallery</title>
<style>${STYLESHEET}</style>
</head>
<body>
<h1>pypins</h1>
<p>Badges of <a href="${escapeHtml(origin)}/">${escapeHtml(origin)}</a>, for the projects of the sample index.</p>
<nav>${links.join('\n')}</nav>
${sections.join('\n')}
</body>
</html>
`;
}

function renderSection({ title, about, rows }: GallerySection, origin: string): string {
  return `<section id="${anchorOf(title)}">
<h2>${escapeHtml(title)}</h2>
<p>${escapeHtml(about)}</p>
<table>
${rows.map((row) => renderRow(row, origin)).join('\n')}
</table>
</section>`;
}

function renderRow({ name, paths }: GalleryRow, origin: string): string {
  const figures = paths.map((path) => renderBadge(path, origin)).join('\n');
  return `<tr><th scope="row">${escapeHtml(name)}</th><td><div>${figures}</div></td></tr>`;
}

function renderBadge(path: string, origin: string): string {
  const url = escapeHtml(origin + path);
  const text = escapeHtml(path);
  return `<figure><img src="${url}" alt="${text}" loading="lazy"><a href="${url}"><code>${text}</code></a></figure>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function anchorOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z]+/g, '-');
}
