// The kept text of `sluice --help` is what the commands themselves would say.
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, it } from "vitest"

const repository = resolve(import.meta.dirname, "../..")
const kept = join(repository, "src/cli/help.txt")
const env = { ...process.env, NO_COLOR: "", TERM: "xterm", NODE_OPTIONS: "" }

/** What the commands render; to a terminal, so with colours. */
const rendered = (): string => {
  const main = pathToFileURL(join(repository, "src/cli/main.ts")).href
  const start = `process.stdout.isTTY = true; await import(${JSON.stringify(main)})`
  const args = ["--input-type=module", "--eval", start, "sluice", "--help"]
  return execFileSync(process.execPath, args, { encoding: "utf8", env })
}

describe("sluice --help", () => {
  it("is kept as the commands render it", () => {
    const text = rendered()
    if (process.env["ACCEPT_HELP"] === "1") writeFileSync(kept, text)
    const hint = "a command or flag changed; accept with ACCEPT_HELP=1 npx vitest run test/cli/help.test.ts"
    expect(readFileSync(kept, "utf8"), hint).toBe(text)
    expect(text).toContain("\u001b[")
  })

  it.each([["--help"], ["-h"], []])("prints it without colours where there is no terminal: sluice %s", (...flags) => {
    const command = [join(repository, "bin/sluice.js"), ...flags]
    const said = execFileSync(process.execPath, command, { encoding: "utf8", env })
    expect(said).toBe(readFileSync(kept, "utf8").replace(/\u001b\[[0-9;]*m/g, ""))
  })
})
