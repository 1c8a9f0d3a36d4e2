// The page's style sheet: quiet, typographic, light and dark, legible on a phone and on paper.

const tokens = `
:root{--paper:#fbfaf7;--panel:#fff;--ink:#1d2125;--muted:#5a636d;--rule:#dfdcd4;--faint:#f1efe9;--accent:#23598f;--good:#1c6b45;--bad:#a8322b;--kept:#7fa7c9;--merged:#d6b766;--lost:#cf7f72;--other:#d9d3c7;
--source:#3d7a5a;--map:#3f6fa8;--filter:#b2762a;--expand:#7a58a6;--select:#a34a6d;--gather:#2f7f86;--program:#505a66;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--panel:#1b1f23;--ink:#e4e6e8;--muted:#a0a9b2;--rule:#333a41;--faint:#22272c;--accent:#86b6e6;--good:#78c79d;--bad:#f0948a;--kept:#4f7ea6;--merged:#a88a3c;--lost:#b35f53;--other:#4a4f55;
--source:#6fbd93;--map:#7facdf;--filter:#e0a95c;--expand:#b598dd;--select:#dd8aac;--gather:#69bcc3;--program:#aab4bf}}
`

const page = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 var(--sans);font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:2.5rem 2rem 4rem}
h1{font-size:2.1rem;line-height:1.15;letter-spacing:-.02em;margin:0 0 .9rem;font-weight:650;overflow-wrap:anywhere}
h2{font-size:1.3rem;letter-spacing:-.01em;margin:0 0 .35rem;font-weight:650}
h3{font-size:1rem;margin:1.6rem 0 .4rem;font-weight:620}
h3 code{color:var(--muted);font-weight:400}
section{margin-top:3.2rem;min-width:0}
p{margin:.3rem 0 .8rem}
code,pre{font-family:var(--mono);font-size:.86em}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:2px}
b{font-weight:640}
.eyebrow{color:var(--muted);font-size:.78rem;letter-spacing:.09em;text-transform:uppercase;margin:0 0 .2rem}
.lede{font-size:1.2rem;line-height:1.55;max-width:54em;margin:0 0 .7rem}
.intro,.note,.muted{color:var(--muted)}
.intro{max-width:60em}
.note{font-size:.87rem;max-width:70em}
.run-line{color:var(--muted);font-size:.9rem;margin:0}
.badge{white-space:nowrap;font-weight:640}
.good{color:var(--good)}.bad{color:var(--bad)}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;margin-top:1.4rem;padding:.6rem 0;border-block:1px solid var(--rule);font-size:.9rem}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--muted);font-size:.85rem}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible,button:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;font-size:.85rem;color:var(--muted);margin:.3rem 0 1.1rem}
.legend-note{margin-left:auto}
.kind::before,.swatch{content:"";display:inline-block;width:.68em;height:.68em;border-radius:2px;background:var(--hue);margin-right:.4em}
.swatch{margin-left:.7em}
.kind-source{--hue:var(--source)}.kind-map{--hue:var(--map)}.kind-filter{--hue:var(--filter)}.kind-expand{--hue:var(--expand)}.kind-select{--hue:var(--select)}.kind-gather{--hue:var(--gather)}.kind-program{--hue:var(--program)}
.part-kept{background:var(--kept);fill:var(--kept)}.part-merged{background:var(--merged);fill:var(--merged)}.part-lost{background:var(--lost);fill:var(--lost)}
`

const figures = `
.dag{display:block;width:100%;height:auto;margin:0 auto;font-family:var(--sans)}
.card-back{fill:var(--panel);stroke:var(--rule)}
.card-edge{fill:var(--hue)}
.card-name{font:600 12px var(--mono);fill:var(--ink)}
.card-output{font:11px var(--sans);fill:var(--accent)}
.card-rows{font:12px var(--sans);fill:var(--ink)}
.card-loss{font:11px var(--sans);fill:var(--muted)}
.card-verdict{font:11px var(--sans)}
text.verdict-run{fill:var(--ink);font-weight:640}text.verdict-hit{fill:var(--muted)}
.card.shut .card-back{stroke:var(--bad);stroke-width:2}
.card:hover .card-back{stroke:var(--hue)}
.link{fill:none;stroke:var(--muted);stroke-opacity:.55;stroke-width:1.3}
.link:hover{stroke:var(--accent);stroke-opacity:1;stroke-width:2.2}
.link-folder{stroke-dasharray:5 3}
.arrow{fill:var(--muted)}
.link-label{font:11px var(--sans);fill:var(--muted);stroke:var(--paper);stroke-width:4px;paint-order:stroke;stroke-linejoin:round}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,310px),1fr));gap:1.2rem;margin-top:1.1rem}
.panel{background:var(--panel);border:1px solid var(--rule);border-radius:10px;padding:1.1rem 1.2rem;min-width:0}
.panel h3{margin-top:0}
.training{max-width:600px}.training.wide{max-width:none;grid-column:1/-1}
@media (min-width:900px){.training:only-child,.training.wide{max-width:none;display:grid;grid-template-columns:1fr 1fr;column-gap:2.4rem;align-items:center}
.training>h3,.training>.facts,.training>.held-note,.training>.training-more{grid-column:1/-1}.training:only-child>.small-charts,.training.wide>.small-charts{border-top:0}.training:only-child .chart,.training.wide .chart{max-width:460px}}
.chart{display:block;width:100%;height:auto;font:11px var(--sans)}
.grid{stroke:var(--rule)}.axis,.grid-mark{stroke:var(--muted);stroke-opacity:.6}
.tick,.axis-name{fill:var(--muted);font-size:11px}
.line{fill:none;stroke:var(--accent);stroke-width:1.9;stroke-linejoin:round}
.line-raw{fill:none;stroke:var(--accent);stroke-opacity:.32;stroke-width:1}
.line-end{fill:var(--accent)}
.line-value{fill:var(--ink);font-size:11.5px;font-weight:640}
.small-charts{margin-top:.5rem;padding-top:.5rem;border-top:1px solid var(--rule)}
.small-charts .chart+.chart{margin-top:.4rem}
.facts{margin:.9rem 0 0;font-size:.87rem}
.facts div{display:flex;gap:.8rem;padding:.22rem 0;border-top:1px solid var(--rule)}
.facts dt{color:var(--muted);flex:0 0 6.5rem}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.facts.wide dt{flex-basis:11rem}
.line-held{fill:none;stroke:var(--merged);stroke-width:1.6;stroke-dasharray:5 3;stroke-linejoin:round}
.held-point{fill:var(--merged)}
.held-value{fill:var(--muted);font-size:11.5px}
.held-note{margin:.2rem 0 0;font-size:.85rem}.held-key{display:inline-block;width:1.6em;vertical-align:.25em;border-top:2px dashed var(--merged)}
.training-more{margin-top:.6rem;min-width:0}.training-more td.wide{min-width:14rem;white-space:normal}
.training-more h5{font-size:.8rem;margin:.5rem 0 .2rem;color:var(--muted);font-weight:620}
.training-more .sides.three{grid-template-columns:repeat(auto-fit,minmax(min(100%,200px),1fr))}
.training-more blockquote{margin:0;font-size:.85rem;max-height:9em;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.probes{margin-top:.9rem}.probes summary{cursor:pointer}.probe{border-top:1px solid var(--rule);padding:.5rem 0}
.probe-prompt{margin:0;font-size:.87rem;white-space:pre-wrap;overflow-wrap:anywhere}
.spikes,.spike-rows{margin:.2rem 0;padding-left:1.1rem;font-size:.87rem}
`

const rows = `
.part-other{background:var(--other);fill:var(--other)}.part-before{background:var(--muted)}
.measures{grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));align-items:start}
.measure{margin:0}.measure caption{padding-top:0}
.measure figcaption{margin-bottom:.3rem;min-height:2.6em}
.measure .note{margin:.3rem 0 0}
.threshold{stroke:var(--ink);stroke-width:1.3;stroke-dasharray:4 2}
.threshold-name{fill:var(--ink);font-size:10.5px;stroke:var(--panel);stroke-width:3px;paint-order:stroke;stroke-linejoin:round}
.threshold-text{display:block;font-size:.85rem;color:var(--muted)}.threshold-text b{color:var(--ink)}
h4{font-size:.85rem;margin:.9rem 0 .3rem;color:var(--muted);font-weight:620}
.reason-sample summary{cursor:pointer;overflow-wrap:anywhere}
.reason-sample[open]{padding-bottom:1.1rem}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:.2rem 1.8rem}
.side{min-width:0}
.side .answer{background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:.6rem .8rem;margin-bottom:.7rem}
.side .answer figcaption b{color:var(--ink)}.answer-scores{display:block}
.answer blockquote{font-size:.85rem;max-height:13em}
.side .answer figcaption{overflow-wrap:anywhere}
.side .row-id{margin-top:.5rem}
.nearest{border:1px solid var(--rule);border-radius:4px;padding:0 .35em;white-space:nowrap}
.column-name{color:var(--muted);font:.78rem var(--mono);margin:.4rem 0 .1rem}
u{text-decoration:none;border:1px solid var(--rule);border-radius:3px;padding:0 .2em;color:var(--bad);font:.75em var(--mono);white-space:nowrap}
ins{color:var(--good);background:var(--faint);text-decoration:underline;text-decoration-thickness:2px}
del{color:var(--bad);background:var(--faint);text-decoration:line-through}
blockquote:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
`

const tables = `
table{border-collapse:collapse;font-size:.87rem;min-width:100%}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
caption{text-align:left;font-weight:620;padding:.9rem 0 .3rem;font-size:.95rem}
th,td{padding:.42rem .7rem .42rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
th{font-weight:500}
thead th{color:var(--muted);font-size:.8rem;vertical-align:bottom;white-space:nowrap}
.n{text-align:right;white-space:nowrap}
.zero{color:var(--muted);opacity:.75}
.past{color:var(--muted);font-style:italic}
thead button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
thead button:hover{color:var(--ink);text-decoration:underline}
th[aria-sort] button{color:var(--ink);font-weight:640}
th[aria-sort=descending] button::after{content:" ↓"}th[aria-sort=ascending] button::after{content:" ↑"}
.funnel{margin-top:.6rem}
.funnel tbody th{min-width:13.5rem;white-space:nowrap}
.funnel th,.funnel td{padding-right:.9rem}
.funnel .verdict{font-size:.78rem;color:var(--muted);margin-left:.4em}
.funnel .verdict-run{color:var(--ink);font-weight:640}
.bar{display:flex;height:4px;border-radius:2px;overflow:hidden;background:var(--faint);margin-top:.35rem}
.bar i{display:block;height:100%}
.reasons{min-width:12rem}
.reason{display:grid;grid-template-columns:1fr auto;gap:0 .7rem;align-items:baseline}
.reason+.reason{margin-top:.3rem}
.reason-bar{grid-column:1/-1;height:3px;border-radius:2px;background:var(--lost);min-width:1px}
.scores th[scope=row]{white-space:nowrap;font-weight:620}
.scores td{min-width:9.5rem}
.score{white-space:nowrap}
.interval,.p,.direction{color:var(--muted);font-size:.8rem}
.direction{display:block;font-weight:400}
.baseline{display:block;color:var(--muted);font-weight:400;font-size:.8rem}
.minus{color:var(--muted);font-weight:400}
.verdict-better{color:var(--good);font-weight:640}.verdict-worse{color:var(--bad);font-weight:640}.verdict-open{color:var(--muted)}
.whisker{display:block;width:120px;height:10px;margin-top:.25rem}
.whisker-scale{stroke:var(--rule)}.whisker-line{stroke:var(--accent);stroke-width:2.4;stroke-opacity:.55}.whisker-dot{fill:var(--accent)}
.gate{border-left:3px solid currentColor;padding:.1rem 0 .1rem .8rem;margin:.6rem 0}
.sample{margin-top:1rem}
.question{font-size:1rem;font-weight:620;overflow-wrap:anywhere;white-space:pre-wrap}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,210px),1fr));gap:1rem 1.4rem}
.answer{margin:0;min-width:0}
.answer figcaption{color:var(--muted);font-size:.8rem;margin-bottom:.15rem}
.answer blockquote{margin:0;font-size:.9rem;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere;max-height:16em;overflow-y:auto}
.answer.reference blockquote{color:var(--good)}
.row-id{margin:.8rem 0 0;font-size:.8rem;color:var(--muted);overflow-wrap:anywhere}
.source+.source{margin-top:1.4rem}
.source p{overflow-wrap:anywhere}
.folders .share{width:32%;min-width:6rem}.folders .share .bar{margin-top:.55rem}
.losses{list-style:none;margin:0;padding:0}
.losses li{display:flex;flex-wrap:wrap;gap:.15rem 1.2rem;justify-content:space-between;align-items:baseline;padding:.45rem 0;border-top:1px solid var(--rule)}
.command{background:var(--faint);border-radius:5px;padding:.18rem .5rem;overflow-wrap:anywhere}
.outputs .digest{font-size:.82rem}
.reason-table .group th{padding-top:1rem;font-weight:620;border-bottom:0}
.reason-table tbody th[scope=row]{min-width:11rem}.reason-table .bar,.mix .bar,.categories .bar{margin-top:.25rem}
.mix th[scope=row]{min-width:12rem;overflow-wrap:anywhere}.mix .bar+.bar{margin-top:2px}
.cluster-sizes{min-width:0}
details{border-top:1px solid var(--rule);padding:.5rem 0}
pre{overflow-x:auto;background:var(--faint);border-radius:8px;padding:.8rem 1rem}
`

const media = `
@media (max-width:640px){.reason-table{font-size:.8rem}.reason-table th,.reason-table td{padding-right:.5rem}.reason-table thead th{white-space:normal}.reason-table tbody th[scope=row],.mix th[scope=row]{min-width:7.2rem;overflow-wrap:anywhere}.group .muted{display:block;white-space:normal}
.folders th:last-child,.folders td:last-child{display:none}body{font-size:14.5px}main{padding:1.4rem 1rem 3rem}h1{font-size:1.6rem}.lede{font-size:1.05rem}section{margin-top:2.4rem}.legend-note{margin-left:0}.panel{padding:.9rem}
.funnel tbody th{position:sticky;left:0;background:var(--paper);min-width:11rem;z-index:1}.facts.wide div{flex-direction:column;gap:0}.facts.wide dt{flex-basis:auto}.outputs .digest code{display:inline-block;width:17ch;overflow-wrap:anywhere}}
@media print{:root{--paper:#fff;--panel:#fff;--ink:#000;--muted:#444;--rule:#ccc;--faint:#f3f3f3;--accent:#23598f;color-scheme:light}body{font-size:10pt}main{max-width:none;padding:0}nav,footer{display:none}section{margin-top:1.6rem}.panel,tr,figure,.losses li{break-inside:avoid}h2,h3,caption{break-after:avoid}.scroll{overflow:visible}.dag{min-width:0!important;max-height:24cm}.answer blockquote{max-height:none}table{font-size:7pt}.funnel th,.funnel td,.scores th,.scores td{padding-right:.5rem}.funnel tbody th,.reasons,.scores td{min-width:0}.scores .interval,.scores .p{display:block}.whisker{width:80px}thead th,.interval,.p,.direction,.baseline,.funnel .verdict,.digest{font-size:7pt!important}.panels{grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:.8rem}.panel{padding:.7rem}*{print-color-adjust:exact}}
`

/** CSS of the whole page. */
export const pageStyle = [tokens, page, figures, rows, tables, media].join("")
