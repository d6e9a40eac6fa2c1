/** Tag of every answer, which the VCL adds itself. No project has this name. */
export const EVERYTHING = '*';

/** Tag of all badges of a project; of everything, for `EVERYTHING`. */
export function projectTag(project: string): string {
  return project === EVERYTHING ? EVERYTHING : `project/${project}`;
}

/** Tag of all badges of a kind. */
export function kindTag(kindId: string): string {
  return `kind/${kindId}`;
}

/** Tag of all badges of one kind of a project. */
export function projectKindTag(project: string, kindId: string): string {
  return `project/${project}/${kindId}`;
}

/** The tags by which a purge finds an answer, for its `Xkey` header. */
export function answerTags(kindId: string, project?: string): string {
  if (project === undefined) return kindTag(kindId);
  return [projectTag(project), kindTag(kindId), projectKindTag(project, kindId)].join(' ');
}
