import { ownUuid, textOf, withBehaviour } from "./realiser.ts";

const TYPE = "gcp:serviceaccount/account:Account";

/** A service account that the local token exchange gives tokens for. */
export const serviceAccount = withBehaviour({
  type: TYPE,
  fixed: ["project", "accountId"],
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
  delete({ id }, { google }) {
    google.serviceAccounts.delete(emailOf(id));
  },
  read(id, { google }) {
    const account = google.serviceAccounts.get(emailOf(id));
    return account && { project: account.projectId, accountId: account.email.split("@")[0] };
  },
});

/** E-mail out of `projects/P/serviceAccounts/EMAIL`. */
function emailOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
