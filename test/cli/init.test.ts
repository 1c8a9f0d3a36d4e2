// sluice init: what it writes and says, into a new folder and into one that has a package.json; that it overwrites nothing.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative, resolve } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"

const repository = resolve(import.meta.dirname, "../..")
const { devDependencies, peerDependencies, version } = JSON.parse(
  readFileSync(join(repository, "package.json"), "utf8")
)

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "sluice-init-")))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const init = (...args: ReadonlyArray<string>): string => {
  const env = { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "" }
  const command = [join(repository, "bin/sluice.js"), "init", ...args]
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { cwd: root, env, encoding: "utf8" })
  return `${stdout}${stderr}exit ${status}`.replaceAll(repository, "<repository>").replaceAll(root, "<folder>")
}

const packageOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))
const filesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(root, folder), join(entry.parentPath, entry.name)))
    .sort()

it("makes a project in a new folder", () => {
  expect(init("my project")).toMatchInlineSnapshot(`
    "a project in <folder>/my project
      .gitignore
      .npmrc
      README.md
      data/notes.jsonl
      package.json
      pipelines/hello.ts
      stages/calm.ts
      tsconfig.json
    next
      npm pack <repository> --pack-destination <repository>
      cd 'my project'
      npm install
      npx sluice run hello
    exit 0"
  `)
  expect(packageOf("my project")).toEqual({
    name: "my-project",
    private: true,
    type: "module",
    dependencies: {
      effect: peerDependencies.effect,
      sluice: `file:${relative(join(root, "my project"), repository)}/sluice-${version}.tgz`
    },
    devDependencies: { "@types/node": devDependencies["@types/node"], typescript: devDependencies.typescript },
    allowScripts: { "onnxruntime-node": false }
  })
})

it("completes a package.json and keeps what stands in it", () => {
  const before = {
    name: "mine",
    dependencies: { sluice: "file:../somewhere.tgz" },
    devDependencies: { typescript: "6.0.0", zod: "4.0.0" },
    allowScripts: { "onnxruntime-node": true }
  }
  writeFileSync(join(root, "package.json"), JSON.stringify(before))
  const [said] = JSON.parse(`[${init("--json").replace(/exit 0$/, "")}]`)
  expect(said.next).toEqual([
    "npm pack <repository> --pack-destination <repository>",
    "npm install",
    "npx sluice run hello"
  ])
  expect(said.files).toEqual(filesOf("."))
  expect(packageOf(".")).toEqual({
    ...before,
    type: "module",
    dependencies: { effect: peerDependencies.effect, sluice: "file:../somewhere.tgz" },
    devDependencies: { "@types/node": devDependencies["@types/node"], typescript: "6.0.0", zod: "4.0.0" }
  })
})

it("overwrites nothing", () => {
  mkdirSync(join(root, "pipelines"))
  writeFileSync(join(root, "pipelines/hello.ts"), "// mine")
  writeFileSync(join(root, ".gitignore"), "mine")
  expect(init()).toMatchInlineSnapshot(`
    "✗ .gitignore, pipelines/hello.ts in <folder> would be overwritten  SLUICE_EXISTS
      → give a new folder: sluice init my-project
    exit 1"
  `)
  expect(filesOf(".")).toEqual([".gitignore", "pipelines/hello.ts"])
  expect(readFileSync(join(root, "pipelines/hello.ts"), "utf8")).toBe("// mine")
})

it("refuses a package of CommonJS modules, and one that is not JSON", () => {
  writeFileSync(join(root, "package.json"), '{ "type": "commonjs" }')
  expect(init()).toMatchInlineSnapshot(`
    "✗ <folder>/package.json has "type": "commonjs"; pipelines are ES modules  SLUICE_BAD_INPUT
      → npm pkg set type=module, then "sluice init" again
    exit 1"
  `)
  writeFileSync(join(root, "package.json"), "{")
  expect(init()).toMatch(/^✗ <folder>\/package.json is not JSON: .*SLUICE_BAD_INPUT\n[\s\S]*exit 1$/)
  expect(filesOf(".")).toEqual(["package.json"])
})
