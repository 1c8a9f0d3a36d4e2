// ingest.huggingFace: which files a folder's split is, for saved and fetched folders; what a folder may lack.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Schema from "effect/Schema"
import { afterAll, beforeAll, expect, test } from "vitest"
import { folderView } from "#src/run/folder-view.ts"
import { splitFiles } from "../../../stages/ingest/hub-folder.ts"
import { huggingFace } from "../../../stages/ingest/hugging-face.ts"
import type { Source } from "../declared.ts"

/** `save_to_disk` of datasets 5.2: `dict` with splits train (two files) and test, `single` of one split. */
const saved = Buffer.from(
  "H4sIAAAAAAACA+1bzU7bQBBeCNAoRFUOqOLQg+VTD0D9n1D10EfoqReEoiXZBLfGjuy1oEJ5k0q99NBDH6UP0Lehsxs7OEsgIWCrlPkkZ3dmZ9deT2ac+TB9v8ffknJhANquK1uA2sq+6dqG5bRt1zSJYRouqDSXVIA04TTWNBJHEb/LbtH4E0Vf+L9POU0Y7wrh4HMShY/vf89xbve/7Sr+dwzLJJqB/i8dl3oyCnye6O+0I53H1A/1PU3nLOH68Zgg/nfI+BfuLvEhcP/8bzpuG/N/tf4XD4F96Yz9aCA75gGN4+i87Pxv2p7qf9d0MP9XgivAzzVCWlJqkJdki2ySOvQAaxtTfRM+NzL9H9mHYTiEvg6fYqwO/V/Z2Hf5bPHDQQRPlkt9wChPY5ZIwe/Lps+/jhj09ITHfjgUz51urvpEg5TpY/kouuD3MA9nbf2Qe848UwDZhms8TYdDWG1Ae4zUQL6A4322hx9wb2CX6+IevM50JNt3mO27Tl7IfQv1B3FvJnM2xZzdwhzRiq2I/m+waZEdmLcFs8UdbGX3+ea8dTj8vpA3pE74qw4XsJONN8mrzGNNuRKpbcj5b6YeboDcnPruG5n4eq3wHajf8f2oK20+r6XYtRS73cK+BTTFXptz7ppyXWQJOdf1C7I45yBK4+L5r6RfEHfnf1EEiJh93CJg0e9/xzXV/G+YFub/Sn7/NzRN7/mccj8SuVPX94Smz5Je7I9mlcUkDjJoJplc9sUkNUPnA0rylerxZHSa3x+0SDh3hSz537lAI1tEP43O2IgO2fV2A7/HwmSiaIz/+/iHOOCshOp/cfzbXluJf1vyPxj/FcV/V+T+7sAPZGwfyciYhpNQh/RMxsGtNcJ1NB3L2IHFwiGLRxDCIrp114GczrxDy7MGXsfu6JlVFJ9R3u1FQXoWinOHaRDMDH05p/FQZpzxjD6L5Wv7KOWjlHdpEBSWG9AgYZNxSXNkMxrIbMzGv+B9yiMAVqj/PdPF+r9i/98MbutxCIBF9b9j36j/rbaH+R/rf6z/V63/Py6o/9eXrP+bSn1fU+p7osi5fc4/bGdtR7HvzFmnplwXWULO/ZHr6UlvZr2trB+FjJ9H/DRmbIZHWFf29dx4gnn536w4/8/hf20D+V/M/5j/nzz/u1kR/9sryOKceaZ/rnl9xfxfCgG8Av9rusj/IP+L/G+V8V8aAbww/j1L5X89G//+8yT4X2uG/91bYqo5f+qt1DE1HMs9pCdti3VODHaC1PFjIoGbHbBy3wBegf81bA/53wr9X97LXyvxv/CLEPlfrP+x/i+N/60tWf+37sn/th7I/9YUu0Vykf+t3cL/biP/u0z+L+flr5Xqf8duI/+L9T/W/1XFf3kvf5GV3v8yxP9/YPz/+/W/iUU8AoFAIBAIBAKBQCAQCAQCgUD8k/gLrqs2VwBQAAA=",
  "base64"
)

const root = mkdtempSync(join(tmpdir(), "sluice-hub-"))
const write = (files: { readonly [path: string]: string }) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
beforeAll(() => {
  writeFileSync(join(root, "saved.tar.gz"), saved)
  execFileSync("tar", ["-C", root, "-xzf", join(root, "saved.tar.gz")])
  const bare = Object.fromEntries(
    [
      "README.md",
      "train/a.jsonl",
      "train/b.jsonl.gz",
      "dev.json",
      "wiki-test-1.parquet",
      ".gitattributes",
      "dataset_infos.json"
    ].map((name) => [`bare/${name}`, ""])
  )
  const head = (configs: string) => `---\nlicense: mit\nconfigs:\n${configs}---\n# Gates\n`
  write({
    ...bare,
    "flat/one.parquet": "",
    "flat/two.parquet": "",
    "per/en/train/0000.parquet": "",
    "per/de/train/0000.parquet": "",
    "card/README.md": head(
      "- config_name: en\n  data_files:\n  - split: train\n    path: [en/a-*, en/b.parquet]\n  - split: dev\n    path: en/dev.jsonl\n" +
        '- config_name: de\n  default: true\n  data_dir: de\n  data_files: "*.parquet"\n'
    ),
    "two/README.md": head("- config_name: a\n  data_files: a.jsonl\n- config_name: b\n  data_files: b.jsonl\n"),
    "broken/README.md": "---\nconfigs: [\n---\n",
    "texts/a.txt": "",
    "indexed/state.json": JSON.stringify({
      _data_files: [{ filename: "a" }],
      _indices_data_files: [{ filename: "i" }]
    }),
    "half/dataset_dict.json": '{"splits": ["train"]}',
    "validation/state.json": JSON.stringify({ _data_files: [{ filename: "a.arrow" }], _split: "validation" })
  })
})
afterAll(() => rmSync(root, { recursive: true }))

const files = (path: string, split?: string, config?: string) => splitFiles(folderView(root), { path, split, config })

test.each([
  ["dict", undefined, undefined, ["dict/train/data-00000-of-00002.arrow", "dict/train/data-00001-of-00002.arrow"]],
  ["dict", "test", undefined, ["dict/test/data-00000-of-00001.arrow"]],
  ["single", undefined, undefined, ["single/data-00000-of-00001.arrow"]],
  ["validation", undefined, undefined, ["validation/a.arrow"]],
  ["card", undefined, undefined, ["card/de/*.parquet"]],
  ["card", undefined, "en", ["card/en/a-*", "card/en/b.parquet"]],
  ["card", "dev", "en", ["card/en/dev.jsonl"]],
  ["two", undefined, "b", ["two/b.jsonl"]],
  ["bare", undefined, undefined, ["bare/train/a.jsonl", "bare/train/b.jsonl.gz"]],
  ["bare", "validation", undefined, ["bare/dev.json"]],
  ["bare", "test", undefined, ["bare/wiki-test-1.parquet"]],
  ["flat", undefined, undefined, ["flat/one.parquet", "flat/two.parquet"]],
  ["per", undefined, "de", ["per/de/train/0000.parquet"]]
])("%s, split %j, config %j", async (path, split, config, expected) => {
  expect(await files(path, split, config)).toEqual(expected)
})

test.each([
  ["nowhere", undefined, undefined, "nowhere is no folder, or an empty one"],
  ["dict", "dev", undefined, 'dict has no split "dev"; its splits are train, test'],
  ["half", undefined, undefined, "half/train has no state.json: its save was not finished"],
  [
    "indexed",
    undefined,
    undefined,
    "indexed keeps its rows as indices into others: save it again after flatten_indices()"
  ],
  ["validation", "train", undefined, 'validation is the split "validation", not "train"'],
  ["two", undefined, undefined, "two has several configurations: give config, one of a, b"],
  ["two", undefined, "c", 'two has no configuration "c"; its configurations are a, b'],
  ["card", "test", "en", 'card has no split "test"; its splits are train, dev'],
  ["texts", undefined, undefined, "texts/ holds no Parquet, Arrow or JSON files"]
])("%s, split %j, config %j is an error", async (path, split, config, message) => {
  await expect(files(path, split, config)).rejects.toThrow(new Error(message))
})

test("a head that is not YAML is an error", async () => {
  await expect(files("broken")).rejects.toThrow(/^broken\/README\.md has a head that is not YAML: \w/)
})

test("the rows of a saved split, in order", async () => {
  const source = huggingFace.declaration as Source
  const rows: Array<unknown> = []
  for (const path of await files("dict")) {
    const frames = (await source.frame(readFileSync(join(root, path)), {}, path)) as {
      readonly count: number
      readonly record: (index: number) => Uint8Array
    }
    for (let i = 0; i < frames.count; i++) rows.push(source.parse(frames.record(i), {}, path))
  }
  expect(rows).toEqual([
    { id: "a", text: "one", n: 1 },
    { id: "b", text: "two", n: 2 },
    { id: "c", text: "three", n: 3 }
  ])
})

test("files of CSV are read by the row schema", () => {
  const source = huggingFace.declaration as Source
  const options = { row: Schema.Struct({ gate: Schema.String, height: Schema.Finite }) }
  for (const [path, text] of [
    ["gates/train.csv", 'gate,height\r\n"north, old",3.5\r\nsouth,high\r\n'],
    ["gates/train.tsv", "gate\theight\nnorth, old\t3.5\nsouth\thigh\n"]
  ] as const) {
    const frames = source.frame(Buffer.from(text), options, path) as {
      readonly count: number
      readonly record: (index: number) => Uint8Array
    }
    expect(frames.count).toBe(2)
    expect(source.parse(frames.record(0), options, path)).toEqual({ gate: "north, old", height: 3.5 })
    expect(() => source.parse(frames.record(1), options, path)).toThrow('column "height" is "high", not a number')
  }
})
