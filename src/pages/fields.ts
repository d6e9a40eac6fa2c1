import { darkParameters, NO_LABEL } from '../../page/shared/state.js';
import { SNIPPET_FORMATS } from '../../page/shared/snippets.js';
import type { Catalog, CatalogParameter, State } from '../../page/types.ts';
import { PALETTE } from '../imaging/color.ts';
import { Html, html, inline } from './html.ts';

/** Names of fields that are not those of their parameters. */
const TITLES: Readonly<Record<string, string>> = {
  color: 'Color, right half',
  labelColor: 'Color, left half',
  label: 'Label',
  logo: 'Name or image',
  logoColor: 'Color of the logo',
  logoSize: 'Size of the logo',
  cacheSeconds: 'Seconds in caches',
  include_prereleases: 'Pre-releases',
  range: 'Ranges of Python versions',
  pypiBaseUrl: 'Another index',
};

function isLogo({ name }: CatalogParameter): boolean {
  return name.startsWith('logo');
}

/** Returns the form's choices: a `<fieldset>` for each group of parameters. */
export function renderFields(state: State, catalog: Catalog): Html {
  const offered = catalog.parameters.filter(({ isOffered, name }) => isOffered && name !== 'style');
  const looks = offered.filter((each) => each.changes === 'look' && !isLogo(each));
  const logos = offered.filter(isLogo);
  const contents = offered.filter(({ changes }) => changes === 'content' || changes === 'index');
  const pictures = offered.filter(({ changes }) => changes === 'size' || changes === 'answer');
  const fields = (group: readonly CatalogParameter[]): Html[] =>
    group.flatMap((parameter) => [
      renderField(parameter, state.values[parameter.name]),
      ...(parameter.name === 'label' ? [noLabelField(state)] : []),
    ]);
  return html`${styleFields(state, catalog)}
${formatField(state)}
${more('Text and colors', fields(looks))}
${logos.length > 0 && more('Logo', [...fields(logos), fileField(), html`<p class="help" id="logo-status" role="status"></p>`])}
${more('In the dark', darkFields(state, catalog))} ${more('Variants', fields(contents))}
${more('Picture', [extensionField(state, catalog), ...fields(pictures)])}
<datalist id="colors">
${[...PALETTE.keys()].map((name) => html`<option value="${name}"></option>`)}
</datalist>`;
}

function styleFields({ values }: State, { styles }: Catalog): Html {
  const chosen = values['style'] ?? styles[0]?.name;
  const choices = styles.map(
    ({ name, image, width, height }) =>
      html`<label class="choice"><input type="radio" name="style" value="${name}"${name === chosen && checked}><img src="${image}" alt="${name}" width="${width}" height="${height}"></label>`,
  );
  return html`<fieldset class="styles">
<legend>Style</legend>
${choices}
</fieldset>`;
}

const checked = new Html(' checked');

function formatField({ format }: State): Html {
  const choices = SNIPPET_FORMATS.map(
    ({ id, title }) =>
      html`<option value="${id}"${id === format && new Html(' selected')}>${title}</option>`,
  );
  return html`<fieldset class="format">
<legend><label for="field-as">Copy as</label></legend>
<select id="field-as" name="as">${choices}</select>
</fieldset>`;
}

/** A group that is closed at first, so that the badges are near. */
function more(legend: string, fields: readonly Html[]): Html {
  return html`<details class="more">
<summary>${legend}</summary>
<fieldset>
<legend class="unseen">${legend}</legend>
${fields}
</fieldset>
</details>`;
}

function renderField(parameter: CatalogParameter, value: string | undefined): Html {
  const { name, about, values, means } = parameter;
  const id = `field-${name}`;
  if (means === 'flag')
    return html`<label class="choice"><input type="checkbox" name="${name}" value="1" ${value !== undefined && checked} aria-describedby="${id}-help"/>
${titleOf(name)}</label>${help(id, about)}`;
  const control =
    values === undefined
      ? html`<input id="${id}" name="${name}" value="${value ?? ''}" ${listOf(name)} spellcheck="false" autocapitalize="off" aria-describedby="${id}-help"/>`
      : html`<select id="${id}" name="${name}" aria-describedby="${id}-help">
${options(parameter, value)}
</select>`;
  return html`<label for="${id}">${titleOf(name)}</label>${control}${help(id, about)}`;
}

function noLabelField({ values }: State): Html {
  return html`<label class="choice"><input type="checkbox" name="${NO_LABEL}" value="1" ${values['label'] === '' && checked}/>
No label</label>`;
}

function options(
  { values = [], default: usual }: CatalogParameter,
  value: string | undefined,
): Html[] {
  const unset = usual === undefined ? [html`<option value="">as usual</option>`] : [];
  const others = values.map((each) => {
    const isChosen = each === (value ?? usual);
    return html`<option${isChosen && new Html(' selected')}>${each}</option>`;
  });
  return [...unset, ...others];
}

function listOf(name: string): Html | undefined {
  if (name === 'logo') return new Html(' list="logos"');
  return /color/i.test(name) ? new Html(' list="colors"') : undefined;
}

function titleOf(name: string): string {
  return TITLES[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`;
}

function help(id: string, about: string): Html {
  return html`<p class="help" id="${id}-help">${inline(about)}</p>`;
}

function fileField(): Html {
  return html`<datalist id="logos"></datalist>
<div class="scripted">
<label for="logo-file">An image from this device</label>
<input id="logo-file" type="file" accept="image/*" aria-describedby="logo-file-help" />
<p class="help" id="logo-file-help">It is made small here, in the browser, and becomes a part of the URL.</p>
</div>`;
}

function darkFields({ dark }: State, catalog: Catalog): Html[] {
  const intro = html`<p class="help">For readers who prefer dark colors, where the format is “HTML, light and dark”.</p>`;
  const fields = [...darkParameters(catalog)].map(([ours, name]) => {
    const id = `field-${ours}`;
    return html`<label for="${id}">${titleOf(name)}</label><input id="${id}" name="${ours}" value="${dark[name] ?? ''}" list="colors" spellcheck="false" autocapitalize="off"/>`;
  });
  return [intro, ...fields];
}

function extensionField({ extension }: State, { extensions }: Catalog): Html {
  const choices = extensions.filter((each) => !['jpeg', 'tif', 'json'].includes(each));
  return html`<label for="field-file">File format</label><select id="field-file" name="file">
${choices.map((each) => html`<option${each === extension && new Html(' selected')}>${each}</option>`)}
</select>`;
}
