// Accepts and revokes refactorings: somebody's word, bound to the fingerprints before and after, that results stay the same.
import { randomBytes } from "node:crypto"
import { userInfo } from "node:os"
import { SluiceError } from "../errors.ts"
import { causeTexts } from "../graph/cause-text.ts"
import type { GraphNode } from "../graph/graph.ts"
import { codeChanges } from "../graph/plan.ts"
import { type Acceptance, readAcceptances, writeAcceptances } from "../store/acceptance.ts"
import type { Store } from "../store/store.ts"
import { sameJson } from "../table/digest.ts"
import { Causes, codeBehind } from "./causes.ts"
import { hashesByRole } from "./accepted-code.ts"
import type { Survey } from "./survey.ts"

/** Records that a node's code as written gives what its code of the last finished run gave. */
export const acceptRefactoring = (survey: Survey, node: GraphNode, because: string): Acceptance => {
  const { store, graph } = survey
  const { pipeline } = graph
  const written = survey.written.get(node)!
  if (written.impure !== undefined)
    throw new SluiceError("SLUICE_BAD_OPTION", `${node.name} is declared impure: it runs every time, whatever its code`)
  const last = new Causes(survey, new Map()).last(node.name)
  if (last === undefined)
    throw new SluiceError("SLUICE_NO_RUN", `${node.name} has no result in the last finished run of ${pipeline}`, {
      hint: `sluice run ${pipeline}: without an earlier result there is nothing to be the same as`
    })
  const before = codeBehind(store, last)
  if (before === undefined)
    throw new SluiceError("SLUICE_DAMAGED", `the store no longer holds the code that ${node.name} last ran with`, {
      hint: `sluice run ${pipeline}`
    })
  const now = hashesByRole(survey.code.get(node)!.functions)
  const after = hashesByRole(written.functions)
  const functions = hashesByRole(before).flatMap((hashes, role) =>
    sameJson(hashes, now[role]) ? [] : [{ before: hashes, after: after[role]! }]
  )
  if (functions.length === 0)
    throw new SluiceError(
      "SLUICE_BAD_OPTION",
      `the code of ${node.name} is what the last run used: there is nothing to accept`,
      {
        evidence: survey.acceptances
          .get(node)!
          .map(({ because: why, at }) => `accepted as equivalent on ${at.slice(0, 10)}: ${why}`),
        hint: `sluice why ${pipeline} ${node.name} says what it is made of`
      }
    )
  if (functions.some(({ after: hashes }) => Object.keys(hashes).length === 0))
    throw new SluiceError(
      "SLUICE_BAD_OPTION",
      `${node.name} lost a function that it had in the last run: that is no refactoring`,
      {
        evidence: causeTexts(codeChanges(before, written.functions))
      }
    )
  const acceptance: Acceptance = {
    id: randomBytes(6).toString("hex"),
    pipeline,
    node: node.name,
    stage: node.declaration.name,
    functions,
    changes: causeTexts(codeChanges(before, written.functions)),
    because,
    by: user(),
    at: new Date().toISOString()
  }
  writeAcceptances(store.root, [...readAcceptances(store.root), acceptance])
  return acceptance
}

/** Takes back what was accepted for a stage; gives what that was. */
export const revokeRefactorings = (
  store: Store,
  pipeline: string,
  node: string,
  stage: string
): ReadonlyArray<Acceptance> => {
  const all = readAcceptances(store.root)
  const holds = (acceptance: Acceptance) => acceptance.stage === stage && acceptance.revoked === undefined
  if (!all.some(holds))
    throw new SluiceError("SLUICE_UNKNOWN", `nothing is accepted as equivalent for ${node}`, {
      hint: `sluice equivalent ${pipeline} --list shows what is`
    })
  const at = new Date().toISOString()
  const next = all.map((acceptance) =>
    holds(acceptance)
      ? { ...acceptance, revoked: { by: user(), at, used: ranSince(store, acceptance.at) } }
      : acceptance
  )
  writeAcceptances(store.root, next)
  return next.filter((_, index) => holds(all[index]!))
}

/** Whether a run began at or after a time; the names of runs begin with theirs, to the second. */
const ranSince = (store: Store, at: string): boolean => {
  const second = at.replace(/[-:]/g, "").slice(0, 15)
  return store.runNames().some((run) => run.slice(0, 15) >= second)
}

const user = (): string => {
  try {
    return userInfo().username
  } catch {
    return "unknown"
  }
}
