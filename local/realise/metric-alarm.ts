import { textOf, withBehaviour } from "./realiser.ts";

/** A metric alarm: its state is asked of the local CloudWatch, and nobody is told of it. */
export const metricAlarm = withBehaviour({
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  fixed: ["name"],
  outputs(inputs, { region, accountId }) {
    const name = textOf(inputs, "name");
    return { id: name, arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}` };
  },
  create({ inputs }, { alarms, clock }) {
    alarms.put(inputs, clock.now());
  },
  update(_, { inputs }, { alarms, clock }) {
    alarms.put(inputs, clock.now());
  },
  delete({ id }, { alarms }) {
    alarms.delete(id);
  },
  read: (id, { alarms }) => alarms.inputs(id),
});
