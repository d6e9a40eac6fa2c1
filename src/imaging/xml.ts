const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
const ENTITY_OF: ReadonlyMap<string, string> = new Map(Object.entries(ENTITIES));
const CHARACTER_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(ENTITIES).map(([character, entity]) => [entity, character]),
);

/** Escapes a text for XML: for content and for attributes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITY_OF.get(character) ?? character);
}

/** Reverses `escapeXml`; leaves other entities as they are. */
export function unescapeXml(text: string): string {
  return text.replace(/&[a-z]+;/g, (entity) => CHARACTER_OF.get(entity) ?? entity);
}
