// Values as examples write them: literals, numbers rounded to the three or more decimals shown, and `…` for what is left out.
import { parseSync } from "oxc-parser"

interface Node {
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: the parser's nodes, of which a value uses a few kinds.
  readonly [property: string]: any
}

const REST = "rest"

/** The syntax of a written value. */
const parsed = (text: string): Node => {
  const source = `(${text.replace(/"(?:[^"\\]|\\.)*"|…/g, (part) => (part === "…" ? `...${REST}` : part))})`
  const { program, errors } = parseSync("value.ts", source)
  const statement = program.body[0] as Node | undefined
  if (errors.length > 0 || statement?.type !== "ExpressionStatement") throw new SyntaxError(`no value: ${text}`)
  return bare(statement["expression"])
}

const bare = (node: Node): Node => (node.type === "ParenthesizedExpression" ? bare(node["expression"]) : node)

const isRest = (node: Node): boolean => node.type === "SpreadElement" && node["argument"].name === REST

const members = (node: Node): ReadonlyArray<readonly [key: string, value: Node]> =>
  node["properties"]
    .filter((property: Node) => !isRest(property))
    .map(({ key, value }: Node) => [key.type === "Identifier" ? key.name : String(key.value), value])

const literal = (node: Node): unknown => {
  switch (node.type) {
    case "Literal":
      return node["value"]
    case "UnaryExpression":
      return -(literal(node["argument"]) as number)
    case "ArrayExpression":
      return node["elements"].filter((one: Node) => !isRest(one)).map(literal)
    case "ObjectExpression":
      return Object.fromEntries(members(node).map(([key, value]) => [key, literal(value)]))
    case "Identifier":
      if (node["name"] === "undefined") return undefined
  }
  throw new SyntaxError(`a ${node.type} is no plain value`)
}

/** What is compared of a real value: all of it, but rounded and cut as the written one is. */
const comparable = (value: unknown, node: Node | undefined): unknown => {
  if (typeof value === "number") return rounded(value, node)
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const nodes: ReadonlyArray<Node> = node?.type === "ArrayExpression" ? node["elements"] : []
    const open = nodes.some(isRest)
    const items = Array.from(value as ArrayLike<unknown>)
    return (open ? items.slice(0, nodes.length - 1) : items).map((item, at) => comparable(item, nodes[at]))
  }
  const open = node?.type === "ObjectExpression" && node["properties"].some(isRest)
  const nodes = new Map(node?.type === "ObjectExpression" ? members(node) : [])
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      open && !nodes.has(key) ? [] : [[key, comparable(item, nodes.get(key))]]
    )
  )
}

const rounded = (value: number, node: Node | undefined): number => {
  const written = node?.type === "UnaryExpression" ? node["argument"] : node
  const decimals = /^\d+\.(\d{3,})$/.exec(written?.["raw"] ?? "")?.[1]?.length
  return decimals === undefined ? value : Number(value.toFixed(decimals))
}

/** A written value and, from a real one, what it must equal. */
export const compared = (text: string, value: unknown): readonly [real: unknown, written: unknown] => {
  const node = parsed(text)
  return [comparable(value, node), literal(node)]
}

/** Rows against lines, in order; rows without a line stay as they are. */
export const comparedRows = (
  lines: ReadonlyArray<string>,
  rows: ReadonlyArray<unknown>
): readonly [real: ReadonlyArray<unknown>, written: ReadonlyArray<unknown>] => {
  const nodes = lines.map(parsed)
  return [rows.map((row, at) => comparable(row, nodes[at])), nodes.map(literal)]
}
