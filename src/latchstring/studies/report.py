"""A study as one HTML page that stands alone: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from html import escape

from latchstring.studies.study import Plot, Shown, Study

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --paper: #faf7f2; --ink: #1d1b18; --soft: #5d5850; --line: #d9d2c6;
  --heat: #b3401a; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #181613; --ink: #ece7df; --soft: #a69f94; --line: #3a362f; --heat: #f39268; }
}
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 46rem; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 16px; }
h2 { font-size: 1.1rem; margin: 32px 0 8px; }
.finding { font-size: 1.15rem; margin: 0 0 24px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: 6px 16px 6px 0; }
th, td { text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 0; }
svg { height: auto; max-width: 100%; }
svg text { font-size: 13px; }
svg .heat { fill: var(--heat); }
@media (max-width: 560px) { svg text { font-size: 20px; } }
figcaption { color: var(--soft); }
.beware { border-top: 1px solid var(--line); color: var(--soft); margin-top: 40px; padding-top: 8px; }
"""


def to_html(study: Study) -> str:
    parts = [f"<h1>{escape(study.title)}</h1>", f'<p class="finding">{escape(study.finding)}</p>']
    parts += [_figure(plot) for plot in study.plots]
    parts += [_table(shown) for shown in study.tables]
    if study.beware:
        parts.append('<div class="beware">')
        parts += [f"<p>{escape(sentence)}</p>" for sentence in study.beware]
        parts.append("</div>")
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(study.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def _figure(plot: Plot) -> str:
    words = escape(plot.words)
    return f"<h2>{escape(plot.title)}</h2><figure>{plot.svg}<figcaption>{words}</figcaption></figure>"


def _table(shown: Shown) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in shown.head)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>" for row in shown.rows
    )
    return (
        f'<h2>{escape(shown.title)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
