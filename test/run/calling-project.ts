// A project whose stages call a model, and the service that it is reached at.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { CallMeans } from "../../src/run/call-broker.ts"
import { checkedEndpoints } from "../../src/run/model-endpoint.ts"
import type { ChatServer } from "./chat-server.ts"
import type { Answer, Engine, Request } from "./engine.ts"
import { repository } from "./sequence.ts"

/** A map that asks about each row. */
export const asking = `Effect.map(model.generate({ prompt: text }), (answer) => ({ answer }))`

export class CallingProject {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-calls-")))
  readonly store = join(this.folder, "store")
  readonly #server: ChatServer
  #pipelines = 0

  constructor(server: ChatServer, lines: ReadonlyArray<string>) {
    this.#server = server
    mkdirSync(join(this.folder, "node_modules"))
    symlinkSync(join(repository, "node_modules", "effect"), join(this.folder, "node_modules", "effect"))
    symlinkSync(join(repository, "src"), join(this.folder, "src"))
    writeFileSync(
      join(this.folder, "package.json"),
      '{"name":"calling","type":"module","imports":{"#sluice":"./src/index.ts"}}'
    )
    mkdirSync(join(this.folder, "in"))
    this.lines(lines)
  }

  lines(lines: ReadonlyArray<string>): void {
    writeFileSync(join(this.folder, "in", "a.txt"), lines.map((line) => `${line}\n`).join(""))
  }

  /** Writes a pipeline of lines and one stage: its definition but for name and needs, and the name of its model. */
  pipeline(
    body: string,
    {
      kind = "map",
      definition = "adds: { answer: Schema.String }",
      partitionBytes = 60,
      name = "asking",
      before = "",
      effect = 'import * as Effect from "effect/Effect"'
    } = {}
  ): string {
    const stage = `ask${this.#pipelines}.ts`
    const file = join(this.folder, `pipeline${this.#pipelines++}.ts`)
    writeFileSync(
      join(this.folder, stage),
      `${effect}
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
${before}
export const ask = Stage.${kind}({
  name: "test.ask",
  needs: { text: Schema.String },
  options: { tone: opt(Schema.String, "") },
  ${definition},
  calls: true,
  apply: ({ text }, { tone }, model) => ${body}
})
`
    )
    writeFileSync(
      file,
      `import { pipeline } from "#sluice"
import { lines } from ${JSON.stringify(join(repository, "test/run/fixtures/stages.ts"))}
import { ask } from "./${stage}"
const rows = lines({ path: "in/*.txt", partitionBytes: ${partitionBytes} }).pipe(ask({ model: "tiny" }))
export default pipeline(${JSON.stringify(name)}, { rows })
`
    )
    return file
  }

  /** Where "tiny" is reached. */
  means(endpoint: object = {}, more: Omit<CallMeans, "endpoints"> = {}): CallMeans {
    return {
      endpoints: checkedEndpoints("models", { tiny: { url: this.#server.url, ...endpoint } }),
      pause: 5,
      ...more
    }
  }

  request(file: string, more: Partial<Request> = {}): Request {
    return { root: this.folder, storeRoot: this.store, file, calls: this.means(), ...more }
  }

  run(engine: Engine, file: string, more: Partial<Request> = {}) {
    return engine.run(this.request(file, more))
  }

  async fail(engine: Engine, file: string, more: Partial<Request> = {}): Promise<Required<Answer>["error"]> {
    const { error } = await engine.ask(this.request(file, more))
    if (error === undefined) throw new Error("the run did not fail")
    return error
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A column of the output "rows". */
export const columnOf = ({ rows }: Answer, column: string) => rows!["rows"]!.columns[column]

/** What the calls of the asking stage came to. */
export const callsOf = ({ nodes }: Answer) => nodes!.find(({ name }) => name === "test.ask")!.calls
