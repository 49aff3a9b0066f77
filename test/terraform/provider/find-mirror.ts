import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Where software lies that no package manager has put there: https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html */
const USUAL = ["/opt", "/usr/local/lib", "/usr/local/share", "/usr/share"];

/**
 * A folder that has hashicorp/aws in the layout of a filesystem mirror: the one that `SLUICE_TERRAFORM_MIRROR` names, else one
 * beneath the usual places; `undefined` leaves it to Terraform to find the provider.
 * https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
 */
export function findMirror(): string | undefined {
  const named = process.env["SLUICE_TERRAFORM_MIRROR"];
  if (named !== undefined) return named;
  const folders = USUAL.flatMap((place) =>
    existsSync(place) ? readdirSync(place).map((name) => join(place, name)) : [],
  );
  return folders.find((folder) => existsSync(join(folder, "registry.terraform.io/hashicorp/aws")));
}
