/** One cloud test from price to clean-up: nothing is deployed that is not written down first, and nothing stays that can be destroyed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, messageOf } from "../../../cli/errors.ts";
import type { Clock, Random } from "../../../contract/clock.ts";
import type { Leftover, Leftovers } from "./leftovers.ts";
import type { CloudTestSettings } from "./settings.ts";
import { expiryOf, priceOfRun, refuseAbove, stackFileText } from "./test-stack.ts";

/** Runs `pulumi` with arguments; rejects with a CommandError where it fails. */
export type Pulumi = (...args: readonly string[]) => Promise<void>;

export interface CloudRunOptions {
  readonly settings: CloudTestSettings;
  readonly backendUrl: string | undefined;
  readonly leftovers: Leftovers;
  /** Folder of `stacks/`. */
  readonly projectRoot: string;
  readonly pulumi: Pulumi;
  readonly clock: Clock;
  readonly random: Random;
  readonly say: (line: string) => void;
}

const NAME_DIGITS = 6;

/**
 * Deploys a stack of its own, lets `check` look at it, and destroys it whatever happened. Rejects with what went wrong first; a stack that
 * could not be destroyed stays written down, and the error says how to get rid of it.
 */
export async function cloudRun(options: CloudRunOptions, check: (stack: string) => Promise<void>): Promise<void> {
  const { settings, leftovers, clock, random, say, pulumi, backendUrl } = options;
  leftovers.refuseAny();
  const stack = `test${Array.from({ length: NAME_DIGITS }, () => Math.floor(random() * 10)).join("")}`;
  const expiresAtMs = expiryOf(clock.now());
  const stackFile = stackFileText(settings, expiresAtMs);
  const usd = priceOfRun(stack, stackFile);
  refuseAbove(usd, settings.maxUsd);
  say(`Stack ${stack}: at most $${usd.toFixed(2)} if it stayed up until ${new Date(expiresAtMs).toISOString()}.`);

  const { awsAccountId, awsRegion, googleProjectId } = settings;
  const leftover: Leftover = {
    ...{ version: 1, stack, awsAccountId, awsRegion, googleProjectId },
    ...{ expiresAt: new Date(expiresAtMs).toISOString(), stackFile },
    ...(backendUrl !== undefined && { backendUrl }),
  };
  leftovers.add(leftover);
  let failure: Error | undefined;
  try {
    const path = stackFilePath(options.projectRoot, stack);
    writeFileSync(path, stackFile);
    await pulumi("stack", "init", stack);
    // With the salt of a passphrase, where Pulumi uses one.
    leftovers.add({ ...leftover, stackFile: readFileSync(path, "utf8") });
    await pulumi("up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive");
    await check(stack);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  await destroy(leftover, options).catch((error: unknown) => {
    const before = failure === undefined ? "" : `${messageOf(failure)}; then `;
    throw new CommandError(`${before}stack ${stack} could not be destroyed: ${messageOf(error)}`, {
      cause: failure ?? error,
      hint: "It costs money until it is gone: npm run test:cloud:destroy-leftovers",
    });
  });
  if (failure !== undefined) throw failure;
}

/** What destroying a stack needs. */
export type DestroyOptions = Pick<CloudRunOptions, "projectRoot" | "pulumi" | "leftovers" | "say" | "backendUrl">;

/** Destroys a stack and forgets it, in this order. Rejects where it stays. */
export async function destroy({ stack, stackFile, backendUrl }: Leftover, options: DestroyOptions): Promise<void> {
  const { projectRoot, pulumi, leftovers, say } = options;
  if (backendUrl !== options.backendUrl) {
    throw new CommandError(
      `its state is in ${backendUrl ?? "Pulumi's own service"}, where PULUMI_BACKEND_URL does not lead`,
    );
  }
  const path = stackFilePath(projectRoot, stack);
  if (!existsSync(path)) writeFileSync(path, stackFile);
  // A stack that was never made, since the run was killed before, is made so that it can be removed like any other.
  await pulumi("stack", "select", stack, "--create");
  await pulumi("destroy", "--stack", stack, "--yes", "--skip-preview", "--non-interactive");
  await pulumi("stack", "rm", stack, "--yes");
  rmSync(path, { force: true });
  leftovers.remove(stack);
  say(`Stack ${stack} is gone.`);
}

/** Destroys all leftovers, each whatever became of the others; gives the stacks that stay, with why. */
export async function destroyLeftovers(options: DestroyOptions): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const leftover of options.leftovers.list()) {
    await destroy(leftover, options).catch((error: unknown) =>
      problems.push(`stack ${leftover.stack} stays: ${messageOf(error)}`),
    );
  }
  return problems;
}

function stackFilePath(projectRoot: string, stack: string): string {
  return join(projectRoot, "stacks", `Pulumi.${stack}.yaml`);
}
