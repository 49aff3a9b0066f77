import { ownUuid, textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

const TYPE = "gcp:serviceaccount/account:Account";

/** A service account that the local token exchange gives tokens for. */
export const serviceAccount: Realiser = {
  type: TYPE,
  behaviour: "real",
  outputs(inputs, context) {
    const email = `${textOf(inputs, "accountId")}@${context.googleProject}.iam.gserviceaccount.com`;
    const name = `projects/${context.googleProject}/serviceAccounts/${email}`;
    const uniqueId = BigInt(`0x${ownUuid(TYPE, context).slice(0, 8)}`)
      .toString()
      .padStart(21, "1");
    return { id: name, name, email, member: `serviceAccount:${email}`, uniqueId };
  },
  create({ inputs, outputs }, { google }) {
    const email = textOf(outputs, "email");
    google.serviceAccounts.set(email, { email, projectId: textOf(inputs, "project") });
  },
};
