// Markup: interpolated text never becomes markup, and embedded JSON never ends its element.
import { expect, test } from "vitest"
import { escapeHtml, html, Markup, scriptJson } from "../../src/dash/html.ts"

test("texts are escaped, markup stays, lists are joined, nothing vanishes but null and false", () => {
  const inner = html`<b>${"<&>"}</b>`
  expect(html`<p title="${`"'`}">${inner}${["a<", 1, null, undefined, false, [inner]]}${0}${""}</p>`.text).toBe(
    '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>a&lt;1<b>&lt;&amp;&gt;</b>0</p>'
  )
  expect(html`${new Markup("<i>")}`.text).toBe("<i>")
})

test("what HTML forbids becomes U+FFFD", () => {
  expect(escapeHtml("a\u0000b\u001bc\u0085\ud800\uffffd\te\n")).toBe("a\ufffdb\ufffdc\ufffd\ufffd\ufffdd\te\n")
})

test("script JSON parses to the same value and holds no angle bracket", () => {
  const value = { "</script>": "<!-- & \u2028\u2029 \u007f\uffff 😀", list: [1, null, true] }
  const { text } = scriptJson(value)
  expect(JSON.parse(text)).toEqual(value)
  expect(text).not.toMatch(/[<>&\u2028\u2029\u007f\uffff]/)
})
