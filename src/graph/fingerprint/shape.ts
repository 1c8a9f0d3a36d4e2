// The shape of a piece of code: its syntax with locals numbered and every free name left as a hole to be filled by a hash.
import { digest } from "./digest.ts"
import type { ShapeContext } from "./module-names.ts"
import { ShapeWriter } from "./shape-writer.ts"
import type { Node } from "./syntax.ts"

export interface Shape {
  /** sha256 of the syntax, free names as holes. */
  readonly own: string
  /** What the holes stand for: `name`, `name.member`, `import:specifier`, `asset:path`, `!problem`, or `=built-in` that may be changed. */
  readonly refs: ReadonlyArray<string>
  /** Where each of them stands first, as a packed place. */
  readonly at: ReadonlyArray<number>
}

/** The shape of an expression or statement. */
export function shapeOf(context: ShapeContext, node: Node): Shape {
  const writer = new ShapeWriter(context)
  writer.write(node)
  return finish(writer)
}

/** The shape of one top-level declaration; the names it declares are numbered by their order. */
export function declarationShape(context: ShapeContext, kind: string, node: Node, names: ReadonlyArray<string>): Shape {
  const writer = new ShapeWriter(context, names)
  writer.mark(kind)
  if (node.type === "VariableDeclarator") writer.declarator(node)
  else writer.write(node)
  return finish(writer)
}

/** The shape of a value that stands under a name, from which an anonymous function takes its own. */
export function namedShape(context: ShapeContext, name: string, node: Node): Shape {
  const writer = new ShapeWriter(context)
  writer.mark(name)
  writer.write(node)
  return finish(writer)
}

/** The shape with one more reference that has no hole in the syntax. */
export function withRef(shape: Shape, ref: string, at: number): Shape {
  return { own: shape.own, refs: [...shape.refs, ref], at: [...shape.at, at] }
}

function finish(writer: ShapeWriter): Shape {
  return { own: digest(writer.text()), refs: [...writer.refs.keys()], at: [...writer.at] }
}
