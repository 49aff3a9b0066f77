import { ownUuid, textOf, withBehaviour } from "./realiser.ts";

const TYPE = "aws:iam/role:Role";

/** A role: the credentials that a function signs with. */
export const iamRole = withBehaviour({
  type: TYPE,
  fixed: ["name"],
  outputs(inputs, context) {
    const name = textOf(inputs, "name");
    const uniqueId = `AROA${ownUuid(TYPE, context).replaceAll("-", "").slice(0, 17).toUpperCase()}`;
    return { id: name, arn: `arn:aws:iam::${context.accountId}:role/${name}`, uniqueId };
  },
  create({ id, outputs }, { roles }) {
    roles.set(id, textOf(outputs, "arn"));
  },
  delete({ id }, { roles }) {
    roles.delete(id);
  },
  read: (id, { roles }) => (roles.has(id) ? { name: id } : undefined),
});
