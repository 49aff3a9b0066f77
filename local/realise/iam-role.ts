import { ownUuid, textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

const TYPE = "aws:iam/role:Role";

/** A role: the credentials that a function signs with. */
export const iamRole: Realiser = {
  type: TYPE,
  behaviour: "real",
  outputs(inputs, context) {
    const name = textOf(inputs, "name");
    const uniqueId = `AROA${ownUuid(TYPE, context).replaceAll("-", "").slice(0, 17).toUpperCase()}`;
    return { id: name, arn: `arn:aws:iam::${context.accountId}:role/${name}`, uniqueId };
  },
  create({ outputs }, { roles }) {
    roles.add(textOf(outputs, "arn"));
  },
};
