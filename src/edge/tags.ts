/** Tag of every answer, which the VCL adds itself. No project has this name. */
export const EVERYTHING = '*';

/** Tag of all badges of a project; of everything, for `EVERYTHING`. `index`: URL of its index; undefined: PyPI. */
export function projectTag(project: string, index?: string): string {
  if (project === EVERYTHING) return EVERYTHING;
  return index === undefined
    ? `project/${project}`
    : `project/${encodeURIComponent(index)}/${project}`;
}

/** Tag of all badges of a kind. */
export function kindTag(kindId: string): string {
  return `kind/${kindId}`;
}

/** Tag of all badges of one kind of a project. */
export function projectKindTag(project: string, kindId: string, index?: string): string {
  return `${projectTag(project, index)}/${kindId}`;
}

/** What an answer is about. */
export interface Tagged {
  readonly kindId: string;
  readonly project?: string | undefined;
  /** URL of the project's index; undefined: PyPI. */
  readonly index?: string | undefined;
}

/** The tags by which a purge finds an answer, for its `Xkey` header. */
export function answerTags({ kindId, project, index }: Tagged): string {
  if (project === undefined) return kindTag(kindId);
  return [projectTag(project, index), kindTag(kindId), projectKindTag(project, kindId, index)].join(
    ' ',
  );
}
