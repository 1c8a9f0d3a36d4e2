// The column of conversations that training reads.
import * as Schema from "effect/Schema"

/** Turns of `system`, `user` and `assistant`, in order. */
export const Messages = Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String }))
export type Messages = typeof Messages.Type
