import { Html, html } from './html.ts';

/** Returns the URL of an asset. */
export type AssetUrl = (name: string) => string;

export interface PageParts {
  readonly title: string;
  readonly description?: string;
  readonly assetUrl: AssetUrl;
  /** Modules that the page runs; the first is its entry, the others it imports. */
  readonly modules?: readonly string[];
  readonly current?: '/' | '/docs' | '/status';
  readonly main: Html;
}

const LINKS = [
  ['/', 'Find badges'],
  ['/docs', 'Documentation'],
  ['/status', 'Status'],
] as const;

/** Returns a whole page. */
export function layout({
  title,
  description,
  assetUrl,
  modules = [],
  current,
  main,
}: PageParts): string {
  const [entry, ...imports] = modules;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${title}</title>
${description !== undefined && html`<meta name="description" content="${description}" />`}
<link rel="icon" href="${assetUrl('icon.svg')}" type="image/svg+xml" />
<link rel="stylesheet" href="${assetUrl('page.css')}" />
${entry !== undefined && html`<script type="module" src="${assetUrl(entry)}"></script>`}
${imports.map((name) => html`<link rel="modulepreload" href="${assetUrl(name)}" />`)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/"><img src="${assetUrl('icon.svg')}" alt="" width="28" height="28" />pypins</a>
<nav aria-label="Pages">
${LINKS.map(([path, name]) => html`<a href="${path}" ${path === current && new Html(' aria-current="page"')}>${name}</a>`)}
</nav>
</header>
<main id="main">${main}</main>
<footer>Badges for Python packages, from what PyPI and pypistats.org publish. For machines:
<a href="/openapi.json">OpenAPI</a>, <a href="/llms.txt">llms.txt</a>.
</footer>
</body>
</html>
`.text;
}
