import type { Advice } from "../../../model/tuning/advise.ts";
import type { RenderContext } from "../advise/render.ts";
export async function renderReport(advice: Advice, view: RenderContext): Promise<string> {
  return Promise.resolve(JSON.stringify([advice.simulations, view.now]));
}
