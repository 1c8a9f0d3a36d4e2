// The licence of a file of the project: its own head, a file beside it, the folders above it, but not the project itself.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Licences } from "../../src/cli/licence.ts"

let root: string

const files = {
  "package.json": '{ "license": "Apache-2.0" }',
  "a/package.json": '{ "license": "MIT" }',
  "a/deep/rows.jsonl": "{}",
  "a/deep/own.py": "#!/usr/bin/env python\n# SPDX-License-Identifier: BSD-3-Clause\n",
  "a/deep/photo.bin": "\u0000\u0001",
  "a/deep/photo.bin.license": "SPDX-FileCopyrightText: A. Miller\nSPDX-License-Identifier: CC-BY-4.0\n",
  "a/late.txt": `${"x".repeat(5000)}\nSPDX-License-Identifier: ISC`,
  "hub/README.md": "---\nlicense: odc-by\n---\n",
  "hub/data/train.parquet": "PAR1",
  "plain/rows.jsonl": "{}",
  "rows.jsonl": "{}"
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-licence-"))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
})
afterAll(() => rmSync(root, { recursive: true }))

test.each([
  ["a/deep/rows.jsonl", "MIT"],
  ["a/deep/own.py", "BSD-3-Clause"],
  ["a/deep/photo.bin", "CC-BY-4.0"],
  ["a/late.txt", "MIT"],
  ["a/gone.tar!inside/rows.jsonl", "MIT"],
  ["hub/data/train.parquet", "odc-by"],
  ["plain/rows.jsonl", undefined],
  ["rows.jsonl", undefined],
  ["../elsewhere.jsonl", undefined],
  ["/elsewhere.jsonl", undefined]
])("%s stands under %s", async (path, licence) => {
  expect(await new Licences(root).of(path)).toBe(licence)
})
