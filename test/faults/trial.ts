// One fault tried: what the run says, and that the next one ends as if nothing had happened.
import { expect } from "vitest"
import type { Answer } from "../run/engine.ts"
import { digestsOf } from "../run/temp-run.ts"
import type { Fault, Operation, Place, Role, What } from "./fault.ts"
import type { FaultyProject } from "./faulty-project.ts"

export const faultText = ({ what, role, operation, at }: Fault): string => `${what} at the ${role}'s ${operation} ${at}`

/** Operations at which each thing can go wrong. */
const places: { readonly [W in What]: ReadonlyArray<Operation> } = {
  kill: ["create", "write", "fsync", "close", "rename", "remove", "mkdir", "read", "list"],
  torn: ["write"],
  full: ["create", "write", "fsync", "mkdir"],
  broken: ["create", "write", "fsync", "close", "rename", "remove", "mkdir", "read", "list"],
  short: ["write"]
}

export const whats = Object.keys(places) as ReadonlyArray<What>

/** Every fault that can happen to a run whose operations were counted. */
export const allFaults = (
  counts: ReadonlyArray<{ readonly role: Role; readonly operation: Operation; readonly times: number }>
): ReadonlyArray<Fault> =>
  faultsAt(
    counts.flatMap(({ role, operation, times }) =>
      Array.from({ length: times }, (_, i): Place => ({ role, operation, at: i + 1 }))
    )
  )

/** Every fault that can happen at some places. */
export const faultsAt = (found: ReadonlyArray<Place>): ReadonlyArray<Fault> =>
  whats.flatMap((what) =>
    found.filter(({ operation }) => places[what].includes(operation)).map((place): Fault => ({ what, ...place }))
  )

/** The errors of a disk that is full, and of one that fails: the whole of what is said on stderr. */
const said = {
  full: /^✗ (fault\.count failed: )?the disk is full: <project>\/\S+ could not be written {2}SLUICE_DISK\n {2}→ free some space \(sluice gc --dry-run shows what can go\), then run again: finished work is kept\n$/,
  broken:
    /^✗ (fault\.count failed: )?<project>\/\S+ could not be read or written \(EIO\) {2}SLUICE_DISK\n {2}→ check the disk and the folder, then run again: finished work is kept\n$/
}

/** Tries a fault on the real command, then runs again without. */
export const tryCommand = async (project: FaultyProject, fault: Fault, store: string, cold: object) => {
  const { code, signal, err, out, happened } = await project.run(store, fault)
  const what = faultText(fault)
  if (!happened) expect([code, err], what).toEqual([0, ""])
  else if (fault.what === "kill" || fault.what === "torn") expect([signal, err], what).toEqual(["SIGKILL", ""])
  else if (code === 0) {
    expect(err, what).toBe("")
    expect(out, what).toContain("\noutputs\n")
  } else {
    expect(fault.what, what).not.toBe("short")
    expect(err, what).toMatch(said[fault.what as "full" | "broken"])
    expect(code, what).toBe(1)
  }
  await finish(project, fault, store, cold)
}

/** Tries a fault that ends no process. */
export const tryInside = async (project: FaultyProject, fault: Fault, store: string, cold: object) => {
  const { error, happened, ...answer } = await project.runInside(store, fault)
  const what = faultText(fault)
  if (error === undefined) expect(digestsOf(answer as Answer), what).toEqual(cold)
  else {
    expect(happened && fault.what !== "short", `${what}: ${error.code} ${error.message} ${error.stack}`).toBe(true)
    const { root } = project.project
    const line = `✗ ${error.message.replaceAll(root, "<project>")}  ${error.code}\n  → ${error.hint}\n`
    expect(line, what).toMatch(said[fault.what as "full" | "broken"])
  }
  await finish(project, fault, store, cold)
}

const finish = async (project: FaultyProject, fault: Fault, store: string, cold: object) => {
  const what = faultText(fault)
  const { error, ...answer } = await project.runInside(store)
  if (error !== undefined) throw new Error(`after ${what}: ${error.code} ${error.message}\n${error.stack}`)
  expect(digestsOf(answer as Answer), what).toEqual(cold)
  expect(project.problems(store).join("\n"), what).toBe("")
  expect((await project.swept(store)).join("\n"), what).toBe("")
  project.remove(store)
}

/** The outputs' digests of a run to which nothing happens. */
export const coldDigests = async (project: FaultyProject): Promise<object> => {
  const digests = digestsOf(await project.runInside("cold"))
  project.remove("cold")
  return digests
}
