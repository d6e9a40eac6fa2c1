import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports of the parts on 127.0.0.1, by the names of their settings. */
export interface StackPorts {
  readonly EDGE_PORT: number;
  readonly PURGE_PORT: number;
  readonly API1_PORT: number;
  readonly API1_ADMIN_PORT: number;
  readonly API2_PORT: number;
  readonly API2_ADMIN_PORT: number;
  readonly FOLLOW_ADMIN_PORT: number;
  readonly REDIS_PORT: number;
  readonly SAMPLE_PORT: number;
}

/** A port is not free; the message names its setting. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly setting: string;

  constructor(setting: string, port: number) {
    super(`Port ${port} is taken. Choose another: ${setting}=${port + 100}`);
    this.setting = setting;
  }
}

/** Rejects with a `PortTakenError` for the first port that is in use or given twice. */
export async function checkPorts(ports: Partial<StackPorts>): Promise<void> {
  const seen = new Set<number>();
  for (const [setting, port] of Object.entries(ports)) {
    if (seen.has(port) || !(await isFree(port))) throw new PortTakenError(setting, port);
    seen.add(port);
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
