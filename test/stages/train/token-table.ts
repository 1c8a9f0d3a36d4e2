// A token table of conversations in memory, as train.tokens makes it for a model's folder.
import type { Identified } from "#sluice"
import { modelAt } from "#src/run/model-links.ts"
import { PathContents } from "#src/run/path-content.ts"
import { openModel } from "#src/run/row-model.ts"
import { idBytes } from "../../../stages/train/token-columns.ts"

interface Conversation {
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
}

export const tokenTable = async (
  folder: string,
  rows: ReadonlyArray<Identified<Conversation>>
): Promise<ReadonlyArray<Identified<{ readonly ids: Uint8Array; readonly mask: Uint8Array }>>> => {
  const model = openModel(modelAt("/", folder, new PathContents(folder)))
  const request = { shape: "messages", rows: rows.map(({ row }) => row.messages) } as const
  const made = await model.tokens(request, { maxTokens: 4096, truncate: "keep-start" })
  return rows.map(({ id }, at) => ({ id, row: { ids: idBytes(made[at]!.ids), mask: made[at]!.mask } }))
}
