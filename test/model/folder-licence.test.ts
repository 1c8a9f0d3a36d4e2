// What the files of a folder say of its licence, and which of them is believed.
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { folderLicence } from "../../src/model/folder-licence.ts"
import { loadModel, saveModel } from "../../src/model/index.ts"
import { modelOrigin } from "../../src/model/model-origin.ts"
import { ggufBytes } from "./gguf/gguf-bytes.ts"
import { TemporaryFolder, tinyModel } from "./tiny-model.ts"

const apache = "Apache License\nVersion 2.0, January 2004"
const mit =
  "Permission is hereby granted, free of charge, to any person obtaining a copy … this permission notice shall be included"

const written = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
  ["nothing", { "a.txt": "MIT" }, undefined],
  ["a licence's text", { LICENSE: apache }, "Apache-2.0"],
  ["a British one", { "LICENCE.txt": apache }, "Apache-2.0"],
  ["COPYING", { COPYING: "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007" }, "GPL-3.0"],
  ["two texts", { "LICENSE-APACHE": apache, "LICENSE-MIT": mit }, "Apache-2.0, MIT"],
  ["the same text twice", { LICENSE: mit, "LICENSE.md": mit }, "MIT"],
  ["a text that is not known", { LICENSE: "Ask me." }, undefined],
  ["the head of a README", { "README.md": "---\nlicense: odc-by\ntags: [a]\n---\n# Rows" }, "odc-by"],
  ["several in the head", { "README.md": "---\nlicense:\n- mit\n- cc-by-4.0\n---\n" }, "mit, cc-by-4.0"],
  ["another with a name", { "README.md": "---\nlicense: other\nlicense_name: mill-terms\n---\n" }, "mill-terms"],
  ["another without a name", { "README.md": "---\nlicense: other\n---\n" }, "other"],
  ["a README without a head", { "README.md": "license: mit", LICENSE: apache }, "Apache-2.0"],
  ["a head that is no YAML", { "README.md": "---\nlicense: [\n---\n", LICENSE: apache }, "Apache-2.0"],
  ["a package", { "package.json": '{ "license": "ISC" }', LICENSE: apache }, "ISC"],
  ["a package of old", { "package.json": '{ "license": { "type": "ISC" } }' }, "ISC"],
  [
    "a package that points to a file",
    { "package.json": '{ "license": "SEE LICENSE IN terms.md" }', "terms.md": mit },
    "MIT"
  ],
  ["a package without a licence", { "package.json": "{}", LICENSE: apache }, "Apache-2.0"],
  ["a package that is no JSON", { "package.json": "{", LICENSE: apache }, "Apache-2.0"],
  [
    "a README before a package",
    { "README.md": "---\nlicense: mit\n---\n", "package.json": '{ "license": "ISC" }' },
    "mit"
  ],
  ["a folder of that name", { "license/a.txt": mit }, undefined]
])("%s", async (_, files, licence) => {
  using folder = new TemporaryFolder()
  written(folder.path, files)
  expect(await folderLicence(folder.path)).toBe(licence)
})

test("a folder that is not there says nothing", async () => {
  expect(await folderLicence("/nowhere/at/all")).toBeUndefined()
})

test.each<[string, Readonly<Record<string, string>>, object]>([
  [
    "its README",
    { "README.md": "---\nmodel_name: Tiny\nlicense: mit\n---\n", LICENSE: apache },
    { name: "Tiny", licence: "mit" }
  ],
  ["the text beside it", { LICENSE: apache }, { licence: "Apache-2.0" }],
  ["nothing", {}, {}]
])("a model folder's licence is that of %s", async (_, files, origin) => {
  using folder = new TemporaryFolder()
  saveModel(folder.path, tinyModel())
  written(folder.path, files)
  expect(await modelOrigin(folder.path)).toEqual(origin)
})

test("a GGUF file names its own, and else the text beside it in its folder counts", async () => {
  using folder = new TemporaryFolder()
  const path = join(folder.path, "tiny.gguf")
  written(folder.path, { LICENSE: mit })
  writeFileSync(path, ggufBytes(tinyModel(), "llama", { metadata: { "general.license": "apache-2.0" } }))
  expect(loadModel(path).config.layers).toBe(2)
  expect(await modelOrigin(path)).toEqual({ licence: "apache-2.0" })
  expect(await modelOrigin(folder.path)).toEqual({ licence: "apache-2.0" })
  writeFileSync(path, ggufBytes(tinyModel(), "llama"))
  expect(await modelOrigin(path)).toEqual({})
  expect(await modelOrigin(folder.path)).toEqual({ licence: "MIT" })
})
