"""Constructions of web pages."""

from __future__ import annotations

from tests.shown import Construction, Shown, apart, lowered, nothing, raised, unsettled, whole, without

SHEET = """
td { vertical-align: top; padding: 12px } tr { break-inside: avoid }
.none { display: none } .shy { visibility: hidden } .clear { opacity: 0 } .faint { opacity: .05 }
.line { color: black; text-decoration: line-through } .up { vertical-align: super } .down { vertical-align: -3px }
.glass { color: transparent } .white { color: #fff } .fill { -webkit-text-fill-color: rgba(0,0,0,0) }
.tiny { font-size: 1px } .zero { font-size: 0 } .away { position: absolute; left: -9999px }
.clip { position: absolute; clip: rect(0 0 0 0) } .float { float: left } .fix { position: absolute; top: 0 }
.turn { transform: scaleX(-1) } .tight { letter-spacing: -1em }
.bidi { direction: rtl; unicode-bidi: bidi-override } .box { display: inline-block; width: 0; overflow: hidden }
.block { display: block } .one::before { content: "1" } .two::after { content: "2" }
.attr::before { content: attr(data-x) } .dots::before { content: counter(x) } .idle::before { content: "" }
.gone::before { content: "1"; display: none } .first::first-letter { font-size: 0 } .wins { display: none }
span.wins { display: inline } .must { display: none !important } #mine { display: none }
:root { --off: none; --paint: #fff } .var { display: var(--off) } .paint { color: var(--paint) }
.raise { position: relative; top: -.5em; font-size: 75%; vertical-align: baseline }
.sec { -webkit-text-security: disc } .row { display: inline-flex; flex-direction: row-reverse }
.keep { text-decoration: none } .mix { mix-blend-mode: screen } .dark { background: #111; color: #fff }
.anim { animation: x 1s } .gap { margin-left: 3em } .sups { font-variant: super }
@media print { .print { display: none } } @media (max-width: 300px) { .small { display: none } }
@media screen { .screen { display: none } } @supports (display: grid) { .grid { display: none } }
.cell:has(i.hint) i { display: none } .nest { color: black; & i { display: none } }
@font-face { font-family: Odd; src: url(data:font/woff2;base64,AA) } .odd { font-family: Odd }
td > i.child { display: none } i[data-hide] { visibility: hidden } .ord { display: inline-flex }
.over { position: relative } .over::after { content: " "; position: absolute; inset: .6em 0 0; border-top: 2px solid }
@layer one, two; @layer two { .lay { display: none } } @layer one { .lay { display: inline } }
.ord b { order: -1 } .flat { vertical-align: baseline } @media (min-width: 1200px) { .big { display: none } }
"""


BOXES = ("height:.5em;border-bottom:2px solid", "line-height:0;border-top:2px solid", "width:0", "contain:strict")
"""Boxes too small for their text, whose borders or neighbours cross it."""

DRAWN = (
    "text-underline-offset:-.5em",
    "text-decoration:underline 1em",
    "text-shadow:1.1em 0 #000",
    "word-spacing:-.5em",
)
DRAWN += (
    "-webkit-text-stroke:8px #000",
    "offset-path:path('M0,0 L99,99')",
    "-webkit-filter:opacity(0)",
    "quotes:'1' '2'",
)
DRAWN += ("background:#fff;padding:0 .4em;margin:0 -.4em", "outline:1em solid #fff", "margin-inline-start:-2em")
DRAWN += ("-webkit-transform:scaleX(-1)", "-webkit-mask-image:linear-gradient(transparent,transparent)", "float:right")
"""Properties that draw, cover or move figures in ways of their own."""

IDLE = ("word-spacing:0px;-webkit-text-stroke-width:0px;text-decoration-thickness:initial", "text-shadow:0 1px 0 #fff")
IDLE += ("border-bottom:1px solid;padding-bottom:1px", "text-underline-offset:2px;line-height:1.5", "transform:none")
"""What pages and programs say of text that is shown as it is."""


UNSETTLED = ("faint", "white", "tiny", "away", "clip", "float", "fix", "turn", "tight", "bidi", "box", "dots", "first")
UNSETTLED += ("paint", "sec", "mix", "anim", "gap", "sups", "print", "grid", "odd", "over", "lay")


def _classed(name: str, shown: Shown) -> Construction:
    return Construction(f".{name}", lambda a, x, b: f'{a}<span class="{name}" data-x="8">{x}</span>{b}', shown)


def _styled(style: str, shown: Shown) -> Construction:
    return Construction(style, lambda a, x, b: f'{a}<span style="{style}">{x}</span>{b}', shown)


def _tagged(tag: str, shown: Shown, attributes: str = "") -> Construction:
    name = f"<{tag} {attributes}>" if attributes else f"<{tag}>"
    return Construction(name, lambda a, x, b: f"{a}<{tag} {attributes}>{x}</{tag}>{b}", shown)


def _made(name: str, markup: str, shown: Shown) -> Construction:
    return Construction(name, lambda a, x, b: markup.replace("A", a).replace("X", x).replace("B", b), shown)


CONSTRUCTIONS: tuple[Construction, ...] = (
    *(_classed(name, without) for name in ("none", "zero", "must", "screen", "var", "line")),
    *(_classed(name, unsettled) for name in ("shy", "clear", "glass", "fill")),
    _classed("block", apart),
    *(_classed(name, whole) for name in ("wins", "idle", "gone", "small", "keep", "dark", "print-not")),
    *(_classed(name, raised) for name in ("up", "raise")),
    _classed("down", lowered),
    *(_classed(name, unsettled) for name in UNSETTLED),
    _classed("one", lambda a, x, b: f"{a}1{x}{b}"),
    _classed("two", lambda a, x, b: f"{a}{x}2{b}"),
    _classed("attr", lambda a, x, b: f"{a}8{x}{b}"),
    _styled("display:none", without),
    _styled("DISPLAY : NONE !important", without),
    _styled("text-decoration:underline line-through", without),
    _styled("vertical-align:super;font-size:60%", raised),
    _styled("position:relative;bottom:4px", raised),
    _styled("color:rgba(0,0,0,0)", unsettled),
    _styled("background:linear-gradient(transparent 45%,red 45%,red 55%,transparent 55%)", unsettled),
    _styled("grid-column:2", unsettled),
    _styled("font-weight:bold;color:#c00;text-decoration:underline", whole),
    _styled("order:-1;margin-left:-2em", unsettled),
    *(_styled(f"color:{name}", whole) for name in ("windowtext", "CanvasText", "buttontext", "rgb(1 2 3 / 90%)")),
    *(_styled(f"color:{name}", unsettled) for name in ("window", "canvas", "rgb(255 255 255 / .9)")),
    _styled("mso-bidi-font-size:1px;mso-hide:none;mso-number-format:General;mso-text-raise:0", whole),
    _styled("font-family:Wingdings", unsettled),
    _styled("font:12px Wingdings", unsettled),
    _styled("writing-mode:vertical-rl", unsettled),
    _styled("writing-mode:horizontal-tb", whole),
    _styled("content:url(x.png)", unsettled),
    _styled("display:var(--not-here,none)", unsettled),
    _styled("display:var(--not-here,inline)", whole),
    _classed("big", unsettled),
    _tagged("sup", unsettled, 'class="flat"'),
    _made("closed details", "AB<details><summary></summary>X</details>", unsettled),
    _made("bar behind a number", "AXB<meter value=.7>8</meter>", lambda a, x, b: f"{a}{x}{b}"),
    _styled("filter:opacity(0)", unsettled),
    *(_styled(f"display:inline-block;{style}", unsettled) for style in BOXES),
    *(_styled(style, unsettled) for style in DRAWN),
    *(_styled(style, whole) for style in IDLE),
    _styled("display:table-column", without),
    _tagged("marquee", unsettled),
    _made("line in a low box", '<div style="height:2px">AXB</div><div style="background:#fff">x</div>', unsettled),
    _tagged("s", without),
    _tagged("strike", without),
    _tagged("del", without),
    _tagged("ins", whole),
    _tagged("b", whole),
    _tagged("sup", raised),
    _tagged("sub", lowered),
    _tagged("i", without, "hidden"),
    _tagged("i", without, 'id="mine"'),
    _tagged("i", without, 'class="child"'),
    _tagged("i", unsettled, 'data-hide="1"'),
    _tagged("s", whole, 'style="text-decoration:none"'),
    _tagged("bdo", unsettled, 'dir="rtl"'),
    _tagged("span", unsettled, 'dir="rtl"'),
    _tagged("font", unsettled, 'color="white"'),
    _tagged("template", without),
    _tagged("noscript", without),
    _tagged("details", unsettled),
    _tagged("details", unsettled, "open"),
    _tagged("dialog", without),
    _tagged("svg", unsettled),
    _tagged("canvas", unsettled),
    _tagged("meter", unsettled),
    _tagged("button", whole),
    _made("textarea", "<textarea>AXB</textarea>", whole),
    _made("script", "A<script>document.write('X')</script>B", unsettled),
    _made("picture", 'A<img src="x.png">B', unsettled),
    _made("input", 'A<input value="X">B', whole),
    _made("hidden input", 'A<input type="hidden" value="X">B', without),
    _made("box to tick", 'A<input type="checkbox" value="X">B', without),
    _made("password", 'A<input type="password" value="X">B', unsettled),
    _made("hint of a control", 'A<input placeholder="X">B', unsettled),
    _made("first option", "A<select><option>X</option><option>4</option></select>B", whole),
    _made("selected option", "A<select><option>4</option><option selected>X</option></select>B", whole),
    _made("power", "A<math><msup><mn>2</mn><mn>X</mn></msup></math>B", lambda a, x, b: raised(f"{a}2", x, b)),
    _made("index", "A<math><msub><mn>2</mn><mn>X</mn></msub></math>B", lambda a, x, b: lowered(f"{a}2", x, b)),
    _made("number of a formula", "A<math><mn>X</mn></math>B", whole),
    _made("fraction", "A<math><mfrac><mn>X</mn><mn>2</mn></mfrac></math>B", unsettled),
    _made("phonetic guide", "A<ruby>X<rt>4</rt></ruby>B", unsettled),
    _made("counted list", "<ol><li>AXB</li></ol>", unsettled),
    _made("marked list", "<ul><li>AXB</li></ul>", whole),
    _made("list without marks", '<ol style="list-style:none"><li>AXB</li></ol>', whole),
    _made("selector of what stands inside", '<div class="cell">A<i>X</i>B<i class="hint"></i></div>', without),
    _made("rule in a rule", '<span class="nest">A<i>X</i>B</span>', unsettled),
    _made("turned row", '<span class="row"><b>A</b><b>X</b>B</span>', unsettled),
    _made("order", '<span class="ord">A<b>X</b>B</span>', unsettled),
    _made("comment", "A<!-- X -->B", without),
    _made("all struck out", "<s>AXB</s>", nothing),
    _made("white on black", '<div style="background:black;color:white">AXB</div>', whole),
    _made("white on white", '<div style="background:white;color:#fefefe">AXB</div>', unsettled),
)


SAVED_BY_WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta charset="utf-8"><!--[if gte mso 9]><xml><w:WordDocument>
<w:View>Print</w:View></w:WordDocument></xml><![endif]--><style><!--
@font-face {font-family:宋体; panose-1:2 1 6 0 3 1 1 1 1 1; mso-font-alt:SimSun;}
p.MsoNormal {mso-style-parent:""; margin:0cm; text-align:justify; mso-pagination:none; font-size:10.5pt;
mso-bidi-font-size:12.0pt; font-family:"Times New Roman",serif; mso-fareast-font-family:宋体; mso-font-kerning:1.0pt}
@page WordSection1 {size:595.3pt 841.9pt; mso-header-margin:42.55pt} div.WordSection1 {page:WordSection1;}
--></style><!--[if gte mso 10]><style>table.MsoNormalTable {color:white}</style><![endif]--></head>
<body lang=ZH-CN style='tab-interval:21.0pt'><div class=WordSection1 style='layout-grid:15.6pt'>
<table class=MsoTableGrid border=1 style='border-collapse:collapse;mso-yfti-tbllook:1184;mso-table-lspace:9.0pt'>
<tr style='mso-yfti-irow:0;height:20.0pt'><td width=95 valign=top style='width:70.9pt;border:solid windowtext 1.0pt;
mso-border-alt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt'><p class=MsoNormal style='mso-element:frame;
mso-element-wrap:around'><!--[if gte vml 1]><v:shape id="a" style='position:absolute;left:9pt'/><![endif]--><span
style='font-family:宋体;mso-ascii-font-family:"Times New Roman";color:windowtext'>得分<o:p></o:p></span></p></td>
<td style='border:solid windowtext 1.0pt;border-left:none'><p class=MsoNormal><span lang=EN-US
style='mso-bidi-font-size:10.5pt;color:windowtext;letter-spacing:-.3pt'>95<span style='mso-spacerun:yes'>&nbsp;
</span><o:p></o:p></span></p></td></tr></table></div></body></html>"""

SAVED_BY_EXCEL = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"><style id="a">
<!--table {mso-displayed-decimal-separator:"\\."; mso-displayed-thousand-separator:"\\,";} @page {margin:.75in;}
tr {mso-height-source:auto; mso-ruby-visibility:none;} col {mso-width-source:auto; mso-ruby-visibility:none;}
br {mso-data-placement:same-cell;} ruby {ruby-align:left;} rt {color:windowtext; font-size:9.0pt; mso-char-type:none;}
td {mso-style-parent:style0; padding-top:1px; mso-ignore:padding; color:black; font-size:11.0pt; font-family:宋体;
mso-number-format:General; vertical-align:middle; mso-protection:locked visible; white-space:nowrap; mso-rotate:0;}
.xl65 {mso-style-parent:style0; mso-number-format:"0\\.00_ "; color:windowtext; border:.5pt solid windowtext;}
.font5 {color:windowtext; font-size:9.0pt; mso-font-charset:134;}
--></style><!--[if gte mso 9]><xml><x:ExcelWorkbook/></xml><![endif]--></head><body link=blue vlink=purple>
<table border=0 cellpadding=0 style='border-collapse:collapse;table-layout:fixed;width:108pt'><col width=72
style='mso-width-source:userset;mso-width-alt:2304;width:54pt'><tr height=19 style='mso-height-source:userset;
height:14.25pt'><td height=19 class=xl65 width=72 style='height:14.25pt;width:54pt'>得分</td>
<td class=xl65 align=right style='border-left:none' x:num="95">95</td></tr>
<![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=72 style='width:54pt'></td></tr><![endif]>
</table></body></html>"""


def page(cells: list[str]) -> str:
    """A page with a table: the number of a cell, and the cell."""
    rows = "".join(f"<tr><td>N{number}N</td><td>{cell}</td></tr>\n" for number, cell in enumerate(cells))
    return f'<html><head><meta charset="utf-8"><style>{SHEET}</style></head><body><table>{rows}</table></body></html>'
