// What sources of files ask alike: which files, the schema and the key of their rows, what a bad row does.
import * as Schema from "effect/Schema"
import { opt } from "#sluice"

const path = opt(Schema.Union([Schema.String, Schema.Array(Schema.String)]))
const onBadRow = opt(Schema.Literals(["stop", "drop"]), "stop")

/** Of files whose rows are always alike. */
export const fileOptions = { path, onBadRow }

/** Of files whose rows have columns of their own, and others that are kept where a schema asks for them. */
export const besideOptions = { ...fileOptions, row: opt.maybeRows(), key: opt.maybe(Schema.String) }

/** Of files whose rows have the schema that is given. */
export const rowOptions = { path, row: opt.rows(), key: opt.maybe(Schema.String), onBadRow }
