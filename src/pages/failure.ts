import { html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

/** Returns the page of a failed request. */
export function renderFailure(words: string, assetUrl: AssetUrl): string {
  const heading = words.charAt(0).toUpperCase() + words.slice(1);
  const main = html`<h1>${heading}</h1>
<p>
      Badges and their addresses are on the <a href="/">first page</a> and in the
<a href="/docs">documentation</a>.
</p>`;
  return layout({ title: `pypins: ${words}`, assetUrl, main });
}
