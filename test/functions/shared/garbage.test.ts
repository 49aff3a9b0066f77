import { collectGarbage } from "../../../functions/shared/garbage.ts";

test("what nothing refers to is gone after a collection", async () => {
  const buffer = new WeakRef(new ArrayBuffer(1_000_000));
  // A reference that has just been made holds until the end of its job.
  await new Promise((resolve) => setImmediate(resolve));

  collectGarbage();

  expect(buffer.deref()).toBeUndefined();
});

test("a runtime that keeps its collector to itself is no error", async () => {
  await jest.isolateModulesAsync(async () => {
    jest.doMock("node:vm", () => ({ runInNewContext: () => undefined }));
    const isolated = await import("../../../functions/shared/garbage.ts");
    expect(isolated.collectGarbage).not.toThrow();
  });
});
