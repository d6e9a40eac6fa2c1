import { CommandError } from '../errors.ts';
import { reasonOf } from './output.ts';
import { type Handler, type Listener, listen, type ListenOptions } from '../http/server.ts';

/** Listens as these settings say; rejects with a `CommandError` that names them and the system's reason. */
export async function listenBy(
  settings: string,
  handle: Handler,
  options: ListenOptions,
): Promise<Listener> {
  try {
    return await listen(handle, options);
  } catch (error) {
    const reason = reasonOf(error);
    throw new CommandError(`cannot listen as ${settings} say: ${reason}`, { cause: error });
  }
}
