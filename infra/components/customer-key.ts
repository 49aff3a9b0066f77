import * as kms from "@pulumi/aws/kms/index.js";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../policies/document.ts";
import type { Statement } from "../policies/document.ts";
import { accountManagesKey } from "../policies/resource.ts";

/** Arguments of {@link CustomerKey}. */
export interface CustomerKeyArgs {
  /** Alias with its `alias/`. */
  readonly aliasName: string;
  readonly description: string;
  /** Account whose IAM policies decide about the key. */
  readonly accountId: string;
  /** Statements beyond the account's own, for services that use the key themselves. */
  readonly statements?: readonly Statement[];
  /** Whether deletion is refused: a deleted key takes everything that it encrypted with it. */
  readonly protect: boolean;
}

/**
 * A customer-managed KMS key with rotation, and its alias.
 *
 *     const key = new CustomerKey("data", { aliasName: "alias/sluice-dev-data", … });
 *     new sns.Topic("alarms", { kmsMasterKeyId: key.arn });
 */
export class CustomerKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CustomerKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:CustomerKey", name, {}, opts);

    const key = new kms.Key(
      `${name}-key`,
      {
        description: args.description,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: policyDocument([...accountManagesKey(args.accountId), ...(args.statements ?? [])]),
      },
      { parent: this, protect: args.protect },
    );
    new kms.Alias(`${name}-alias`, { name: args.aliasName, targetKeyId: key.keyId }, { parent: this });

    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
