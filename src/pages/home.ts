import { readInput } from '../../page/shared/input.js';
import { rowsOf, usualSnippets } from '../../page/shared/rows.js';
import { readState } from '../../page/shared/state.js';
import type { Catalog, Input, Row, State } from '../../page/types.ts';
import { renderFields } from './fields.ts';
import { Html, html, jsonFor } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

const EXAMPLES = ['requests', 'numpy', 'Django'];
/** What every client is sent; what the URL asks for makes it longer. */
const MAX_SHOWN_TEXT = 8_000;

export interface HomeOptions {
  readonly catalog: Catalog;
  readonly assetUrl: AssetUrl;
  /** Modules of the page, its entry first. */
  readonly modules: readonly string[];
  /** The page's query, without `?`. */
  readonly query: string;
  /** Where badges are served; empty if unknown: URLs are then without a host. */
  readonly origin: string;
}

/** Returns `/`: the form, and the badges that its query asks for. It works without scripts. */
export function renderHome(options: HomeOptions): string {
  const { catalog, assetUrl, modules, query, origin } = options;
  const state = readState(new URLSearchParams(query), catalog);
  const input = readInput(state.text, catalog, origin);
  const rows = rowsOf(input, state, catalog, origin);
  const main = html`<h1>Badges for your Python package</h1>
<form id="form" method="get" action="/" autocomplete="off">
${field(state)}
<p id="status" role="status">${statusOf(input)}</p>
<div class="columns">
<div class="options">${renderFields(state, catalog)}</div>
<section class="results" id="results" aria-label="Badges">
${results(input, rows, state)}
</section>
</div>
</form>
<template id="row">${renderRow(undefined)}</template>
<script type="application/json" id="catalog">
${jsonFor(catalog)}
</script>`;
  return layout({
    title:
      input.type === 'project' ? `${input.project}: badges` : 'pypins: badges for Python packages',
    description:
      'Find every badge of a Python package, choose its style, and copy it into a README.',
    assetUrl,
    modules,
    current: '/',
    main,
  });
}

function field({ text }: State): Html {
  return html`<div class="search">
<label for="project">Name of a project</label>
<div class="box">
<textarea id="project" name="project" rows="1" autofocus spellcheck="false" autocapitalize="off" aria-describedby="hint" placeholder="requests">
${text.slice(0, MAX_SHOWN_TEXT)}</textarea>
<button class="primary">Show badges</button>
</div>
<p id="hint">Or paste a badge’s URL from shields.io, badgen.net, badge.fury.io, pepy.tech or pypip.in, a whole README, or a <code>pyproject.toml</code>.</p>
</div>`;
}

function statusOf(input: Input): string {
  if (input.type === 'refused') return input.reason;
  if (input.type === 'badge')
    return input.badge.to === undefined
      ? 'This badge has no counterpart here.'
      : 'The same badge here:';
  if (input.type === 'document') return `Badges in this text: ${input.badges.length}.`;
  return input.type === 'project' ? `Badges of ${input.project}:` : '';
}

function results(input: Input, rows: readonly Row[], state: State): Html {
  const isEmpty = input.type === 'empty' || input.type === 'refused';
  const main = rows.filter(({ isFramework }) => !isFramework);
  const frameworks = rows.filter(({ isFramework }) => isFramework);
  const usual = usualSnippets(rows, state);
  return html`<div id="empty" class="empty" ${isEmpty ? undefined : new Html(' hidden')}>
<p>Every badge of the project appears here at once, each with a button that copies it for a README. Try one:</p>
<ul class="examples">
${EXAMPLES.map((name) => html`<li><a href="/?project=${name}">${name}</a></li>`)}
</ul>
</div>
<div id="block" class="block" ${usual === '' && new Html(' hidden')}>
<p>A README’s usual five</p>
<button type="button" id="copy-block" class="copy">Copy all five</button>
<pre class="scriptless"><code>${usual}</code></pre>
</div>
<div id="document" class="block" hidden>
<p>The whole text, with our URLs</p>
<button type="button" id="copy-document" class="copy">Copy the text</button>
</div>
<ul class="rows" id="rows">
${main.map(renderRow)}
</ul>
<details id="frameworks" ${frameworks.length === 0 && new Html(' hidden')}>
<summary>Versions of frameworks</summary>
<ul class="rows" id="framework-rows">
${frameworks.map(renderRow)}
</ul>
</details>`;
}

/** Renders a badge; without one, the template from which the script makes others. */
function renderRow(row: Row | undefined): Html {
  const { key, title, image, height = 20, snippet = '', notes = [] } = row ?? {};
  return html`<li class="row" data-key="${key}">
<h2>${title}</h2>
<p class="picture">${(row === undefined || image !== undefined) && html`<img src="${image ?? 'data:,'}" alt="${title === undefined ? '' : `The badge: ${title}`}" height="${height}" loading="lazy" />`}</p>
<p class="says"></p>
<p class="snippet"><code>${snippet}</code></p>
<button type="button" class="copy" ${row !== undefined && image === undefined && new Html(' hidden')}>Copy<span class="unseen"> ${title}</span></button>
<ul class="notes">
${notes.map((note) => html`<li>${note}</li>`)}
</ul>
</li>`;
}
