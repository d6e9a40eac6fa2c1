import { onTestFinished } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import type { Scene } from './scene.ts';

/** The way of purges to the scene's second edge, that can be broken, and what a follower is told to take it. */
export interface BreakableWay {
  readonly way: FaultProxy;
  readonly settings: Readonly<Record<string, string>>;
}

/** It is there as long as the running test. */
export async function breakableWayForTest(scene: Scene): Promise<BreakableWay> {
  const [first, second] = scene.varnishes.map(({ purgeUrl }) => purgeUrl);
  const way = await startFaultProxy(Number(new URL(second ?? '').port));
  onTestFinished(() => way.close());
  return { way, settings: { VARNISH_URLS: `${first},${way.urlOf('http')}` } };
}
