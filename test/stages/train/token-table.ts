// A token table of conversations in memory, as train.tokens makes it for a model's folder.
import type { Identified } from "#sluice"
import { chatOf, idBytes, tokenizeMessages } from "#sluice/model"
import { modelAt } from "#src/run/model-links.ts"
import { openModel } from "#src/run/row-model.ts"

interface Conversation {
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
}

export const tokenTable = async (
  folder: string,
  rows: ReadonlyArray<Identified<Conversation>>,
  maxTokens = 4096
): Promise<ReadonlyArray<Identified<{ readonly ids: Uint8Array; readonly mask: Uint8Array }>>> => {
  const chat = await chatOf(openModel(modelAt("/", folder)))
  return rows.map(({ id, row }) => {
    const { ids, mask } = tokenizeMessages(chat, row.messages, { maxTokens, truncate: "keep-start" })
    return { id, row: { ids: idBytes(ids), mask } }
  })
}
