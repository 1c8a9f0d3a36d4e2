// Maps of package.json: exact keys, patterns, conditions and packages without a map.
import { expect, it } from "vitest"
import { exportTarget, mapTarget } from "../../../src/graph/fingerprint/exports-map.ts"

it.each([
  [{ exports: "./a.js" }, ".", "./a.js"],
  [{ exports: { ".": { types: "./a.d.ts", import: "./a.js", default: "./b.js" } } }, ".", "./a.js"],
  [{ exports: { require: "./a.cjs", node: { import: "./n.js" }, default: "./b.js" } }, ".", "./n.js"],
  [{ exports: { "./x/*": "./lib/*.js", "./x/y/*": "./deep/*.js" } }, "./x/y/z", "./deep/z.js"],
  [{ exports: { "./x": [{ require: "./a" }, "./b.js"] } }, "./x", "./b.js"],
  [{ exports: { ".": "./a.js" } }, "./x", undefined],
  [{ main: "m.js" }, ".", "m.js"],
  [{}, ".", "./index.js"],
  [{}, "./x.js", "./x.js"]
])("%j has %s at %s", (manifest, subpath, target) => expect(exportTarget(manifest, subpath)).toBe(target))

it("prefers an exact key to a pattern, and fills the star", () => {
  const map = { "#a": "./a.ts", "#*": "./rest/*.ts", "#src/*": "./src/*" }
  expect(mapTarget(map, "#a")).toBe("./a.ts")
  expect(mapTarget(map, "#b")).toBe("./rest/b.ts")
  expect(mapTarget(map, "#src/x/y.ts")).toBe("./src/x/y.ts")
})
