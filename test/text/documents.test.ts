// Markdown, HTML and man pages come out as the same plain Markdown.
import { expect, test } from "vitest"
import { htmlText, markdownText, roffText } from "#sluice/text"

const MARKDOWN = `---
title: "frob"
description: Polish a widget
---
<!-- generated -->

### Options

The **frob** command polishes a [widget](https://example.org/w), see
\`man frob\` for _more_ &amp; better.

* \`--fast\`: Polish
  quickly.
* \`--deep\`: Polish *thoroughly*.

1. first
2. second

\`\`\`bash
frob --fast   # not *emphasis*
\`\`\`

| Name | Meaning |
| --- | --- |
| \`a\` | [first](x) |

![badge](https://example.org/b.svg)
Setext heading
--------------
Text_with_underscores stays.
`

const HTML = `<!DOCTYPE html><html><head><title>frob</title><style>p{}</style></head><body>
<nav><a href="/">Home</a></nav><header><a>Logo</a></header>
<main><h1>frob<span class="version">@1.2</span></h1><p>Polish a widget</p>
<div id="table_of_contents"><ul><li>Options</li></ul></div>
<h3 id="o"><code>Options</code><a class="headerlink" href="#o">¶</a></h3>
<p>The <strong>frob</strong> command
polishes a <a href="w">widget</a>.</p>
<ul><li><code>--fast</code>: Polish<br>quickly.<ul><li>nested</li></ul></li><li>two</li></ul>
<ol><li>first</li><li>second</li></ol>
<dl><dt><code>term</code></dt><dd>What it means.</dd></dl>
<pre><code class="language-bash">
frob --fast
  indented</code></pre>
<table><thead><tr><th>Name</th><th>Meaning</th></tr></thead><tbody><tr><td>a</td><td>x | y</td></tr></tbody></table>
<script>alert(1)</script><p hidden>secret</p></main>
<footer>© 2020</footer></body></html>`

const MAN = `.\\" comment
.TH "FROB" "1" "January 2020" "" ""
.SH "NAME"
\\fBfrob\\fR \\- Polish a widget
.SH "OPTIONS"
.P
The \\fBfrob\\fR command polishes
a widget\\(em see \\fI\\(lahttps://example.org\\(ra\\fR.
.TP
.BR \\-\\-fast ", " \\-f
Polish quickly.
.IP \\(bu 4
bullet one
.IP \\(bu 4
bullet two
.nf
frob \\-\\-fast
  indented
.fi
.SS "\\fBlong heading\\fR"
Text with a backslash \\e and 100%.
`

test("markdown", () => {
  expect(markdownText(MARKDOWN)).toMatchInlineSnapshot(`
    {
      "text": "# frob

    Polish a widget

    ### Options

    The frob command polishes a widget, see \`man frob\` for more & better.

    * \`--fast\`: Polish quickly.
    * \`--deep\`: Polish thoroughly.

    1. first
    2. second

    \`\`\`bash
    frob --fast   # not *emphasis*
    \`\`\`

    | Name | Meaning |
    | --- | --- |
    | \`a\` | first |

    ## Setext heading

    Text_with_underscores stays.
    ",
      "title": "frob",
    }
  `)
})

test("html: the main part, without furniture", () => {
  expect(htmlText(HTML)).toMatchInlineSnapshot(`
    {
      "text": "# frob

    Polish a widget

    ### \`Options\`

    The frob command polishes a widget.

    * \`--fast\`: Polish quickly.
      * nested
    * two

    1. first
    2. second

    * \`term\`: What it means.

    \`\`\`bash
    frob --fast
      indented
    \`\`\`

    | Name | Meaning |
    | --- | --- |
    | a | x \\| y |
    ",
      "title": "frob",
    }
  `)
})

test("man page", () => {
  expect(roffText(MAN)).toMatchInlineSnapshot(`
    {
      "text": "# frob

    ## Name

    frob - Polish a widget

    ## Options

    The frob command polishes a widget— see <https://example.org>.

    * --fast, -f: Polish quickly.
    * bullet one
    * bullet two

    \`\`\`
    frob --fast
      indented
    \`\`\`

    ### long heading

    Text with a backslash \\ and 100%.
    ",
      "title": "frob",
    }
  `)
})

test("mdoc page", () => {
  const page =
    ".Dd May 1, 2020\n.Dt FROB 1\n.Sh NAME\n.Nm frob\n.Nd polish a widget\n.Sh DESCRIPTION\n.Nm\npolishes.\n.Bl -tag\n.It Fl f Ar file\nReads file.\n.El\n"
  expect(roffText(page).text).toBe(
    "# frob\n\n## Name\n\nfrob - polish a widget\n\n## Description\n\nfrob polishes.\n\n* -f file: Reads file.\n"
  )
})

test("a page of nothing but furniture is empty", () => {
  expect(htmlText("<nav>Home</nav>")).toEqual({ title: "", text: "" })
  expect(markdownText("")).toEqual({ title: "", text: "" })
  expect(roffText("")).toEqual({ title: "", text: "" })
})

test("hostile nesting ends", () => {
  expect(htmlText(`<body>${"<div>".repeat(20_000)}deep`).title).toBe("")
})
