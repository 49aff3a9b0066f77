/** Rules on a backend's own entry. */
import type { Grant } from "../../stack-config.ts";
import { SHARED } from "../../tags.ts";
import { type Rule, perBackend } from "./rule.ts";

/** Grants without which a backend of Sluice's own cannot do its work. */
const NEEDED_GRANTS: Readonly<Record<string, Grant>> = {
  archive: "archive-bucket-write",
  warehouse: "google-warehouse-write",
};

/** Rules on a backend's own entry. */
export const BACKEND_RULES: readonly Rule[] = [
  {
    text: "At least one backend, each with its code in `functions/<name>/`.",
    check(config, context) {
      const none = {
        field: "backends",
        value: {},
        rule: "at least one backend: what nobody reads is lost when the stream's retention ends",
        fix: "add for example archive: { grants: [archive-bucket-write] }",
        reads: [],
      };
      if (config.backends.length === 0) return [none];
      const missing = config.backends.filter((backend) => !context.hasFunction(backend.name));
      return missing.map(({ name }) => ({
        field: `backends.${name}`,
        value: name,
        rule: `a backend's code is in functions/${name}/, and there is no such folder`,
        fix: `make functions/${name}/ with a handler, or remove the entry`,
        reads: [],
      }));
    },
  },
  {
    text: "No backend is called `shared`: that is the tag of what belongs to no one backend.",
    check: perBackend(({ name }, path) =>
      name === SHARED
        ? [
            {
              field: path,
              value: name,
              rule: `${SHARED} is the tag of what belongs to no one backend`,
              fix: "give the backend another name",
              reads: [],
            },
          ]
        : [],
    ),
  },
  {
    text: "`archive` holds the grant `archive-bucket-write`, `warehouse` holds `google-warehouse-write`.",
    check: perBackend((backend, path) => {
      const grant = Object.hasOwn(NEEDED_GRANTS, backend.name) ? NEEDED_GRANTS[backend.name] : undefined;
      if (grant === undefined || backend.grants.includes(grant)) return [];
      const rule = `${backend.name} cannot write without ${grant}`;
      const fix = `add ${grant} to grants`;
      return [{ field: `${path}.grants`, value: backend.grants, rule, fix, reads: [] }];
    }),
  },
  {
    text: "`archive` does not bisect: nothing in its batch can fail alone.",
    check: perBackend((backend, path) =>
      backend.name === "archive" && backend.bisectOnError
        ? [
            {
              field: `${path}.bisectOnError`,
              value: true,
              rule: "archive does not bisect: nothing in its batch can fail alone, and a cut batch leaves records in two objects",
              fix: "leave bisectOnError out",
              reads: [],
            },
          ]
        : [],
    ),
  },
  {
    text: "`fanOut` is `createdWithFanOut`, switched once for each entry of `fanOutSwitches`.",
    check: perBackend((backend, path) => {
      const switches = backend.fanOutSwitches.length;
      const expected = backend.createdWithFanOut !== (switches % 2 === 1);
      if (backend.fanOut === expected) return [];
      return [
        {
          field: `${path}.fanOut`,
          value: backend.fanOut,
          rule: `createdWithFanOut: ${backend.createdWithFanOut}, switched ${switches} ${switches === 1 ? "time" : "times"}, gives ${expected}`,
          fix:
            "append the time of the last record delivered (now − iterator age) to fanOutSwitches: the new mapping starts " +
            "there instead of reading the whole retention again" +
            (switches === 0
              ? `; for a backend never deployed, write createdWithFanOut: ${backend.fanOut} instead`
              : ""),
          reads: [`${path}.createdWithFanOut`, `${path}.fanOutSwitches`],
        },
      ];
    }),
  },
  {
    text: "Times in `fanOutSwitches` increase: a new one is appended.",
    check: perBackend((backend, path) => {
      const times = backend.fanOutSwitches;
      const index = times.findIndex((time, at) => at > 0 && Date.parse(time) <= Date.parse(times[at - 1]!));
      if (index < 0) return [];
      return [
        {
          field: `${path}.fanOutSwitches[${index}]`,
          value: times[index],
          rule: `each time is later than the one before it, here ${times[index - 1]}`,
          fix: "keep earlier entries as they are and append the new one",
          reads: [`${path}.fanOutSwitches`],
        },
      ];
    }),
  },
  {
    text: "No time in `fanOutSwitches` is in the future: the new mapping would pass over what arrives until then.",
    check: perBackend((backend, path, _config, { now = Infinity }) => {
      const index = backend.fanOutSwitches.findIndex((time) => Date.parse(time) > now);
      if (index < 0) return [];
      return [
        {
          field: `${path}.fanOutSwitches[${index}]`,
          value: backend.fanOutSwitches[index],
          rule: `not in the future (it is ${new Date(now).toISOString()}): the new mapping would pass over what arrives until then`,
          fix: "write the time of the last record delivered: now − iterator age",
          reads: [`${path}.fanOutSwitches`],
        },
      ];
    }),
  },
];
