import { z } from 'zod';
import { agreementFaults } from './agreement.ts';
import { edgeFaults } from './edge.ts';
import { networkFaults } from './network.ts';
import { objectsSchema } from './objects.ts';
import { podFaults } from './pods.ts';
import { referenceFaults } from './references.ts';
import { rolloutFaults } from './rollout.ts';
import { schemaFaults } from './schema.ts';
import { settingFaults } from './settings.ts';

/**
 * Returns the faults of rendered manifests. First those that Kubernetes' API would refuse; without such faults, what does
 * not fit together.
 */
export async function findFaults(documents: readonly unknown[]): Promise<string[]> {
  const refused = await Promise.all(documents.map((document) => schemaFaults(document)));
  if (refused.flat().length > 0) return refused.flat();
  const parsed = objectsSchema.safeParse(documents);
  if (!parsed.success) return [z.prettifyError(parsed.error)];
  const objects = parsed.data;
  const apart = [
    referenceFaults,
    podFaults,
    rolloutFaults,
    settingFaults,
    agreementFaults,
    edgeFaults,
  ].flatMap((find) => find(objects));
  return apart.length > 0 ? apart : networkFaults(objects);
}
