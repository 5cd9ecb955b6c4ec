"""The style sheet of the HTML report: light and dark, screen and paper, wide and narrow."""

CSS = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2128; --muted: #5b6673; --line: #d9dee4; --soft: #f0f2f5;
  --pass: #1a7f37; --pass-soft: #e3f5e8; --warn: #8a5a00; --warn-soft: #fdf1d6;
  --open: #5e4ab8; --open-soft: #ece9fa; --fail: #c3212d; --fail-soft: #fde7e8;
  --series-1: #2563eb; --series-2: #d97706; --series-3: #0d9488; --series-4: #be185d; --series-5: #6b7280;
  --on-series: #ffffff; --shadow: 0 1px 2px rgb(20 30 40 / .06), 0 2px 8px rgb(20 30 40 / .05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1217; --card: #161b22; --text: #e6eaef; --muted: #98a4b1; --line: #2c343e; --soft: #1d242d;
    --pass: #4cc46a; --pass-soft: #12291a; --warn: #e0a93a; --warn-soft: #2d2410;
    --open: #a99bf5; --open-soft: #221d3c; --fail: #ff7b80; --fail-soft: #351619;
    --series-1: #6ea3ff; --series-2: #f5a742; --series-3: #3fd0bf; --series-4: #f472b6; --series-5: #9aa5b1;
    --on-series: #0e1217; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
code { font-size: .88em; overflow-wrap: anywhere; }
h1, h2, h3, p { margin: 0; }
h1 { font-size: 26px; line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 17px; letter-spacing: -.005em; }
h3 { font-size: 13px; font-weight: 600; color: var(--muted); }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
a:focus-visible { outline: 2px solid var(--series-1); outline-offset: 2px; border-radius: 3px; }

.meta { display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--muted); font-size: 13px; margin-bottom: 14px; }
.meta strong { color: var(--text); font-weight: 600; }
.banner {
  display: flex; gap: 18px; padding: 24px 26px; border-radius: 14px; background: var(--tone-soft);
  border: 1px solid color-mix(in srgb, var(--tone) 28%, transparent);
}
.banner > div { min-width: 0; }
.banner h1 + p { margin-top: 4px; font-size: 16px; }
.pass { --tone: var(--pass); --tone-soft: var(--pass-soft); }
.warn { --tone: var(--warn); --tone-soft: var(--warn-soft); }
.inconclusive { --tone: var(--open); --tone-soft: var(--open-soft); }
.unneeded { --tone: var(--muted); --tone-soft: var(--soft); }
.fail, .missing { --tone: var(--fail); --tone-soft: var(--fail-soft); }
.sign { flex: none; width: 44px; height: 44px; color: var(--tone); }
.sign circle { fill: currentColor; }
.sign path { fill: none; stroke: var(--card); stroke-width: 2.6; stroke-linecap: round; stroke-linejoin: round; }
.steps { display: flex; flex-wrap: wrap; gap: 8px; margin: 14px 0 0; padding: 0; list-style: none; }
.badge, .steps li {
  display: inline-flex; align-items: center; gap: 6px; padding: 2px 10px; border-radius: 999px; font-size: 12.5px;
  font-weight: 600; white-space: nowrap; color: var(--tone); background: var(--tone-soft);
}
.steps li { background: var(--card); border: 1px solid color-mix(in srgb, var(--tone) 30%, transparent); }
.steps li span { color: var(--text); font-weight: 500; }
.dot { width: 7px; height: 7px; border-radius: 50%; background: var(--tone); flex: none; }

nav { display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 18px 4px 0; font-size: 13.5px; color: var(--muted); }
section {
  margin-top: 20px; padding: 20px 24px 22px; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; box-shadow: var(--shadow);
}
section > h2 { margin-bottom: 12px; }
section > h2 + .lead { margin-top: -8px; margin-bottom: 14px; }
.lead, .note { color: var(--muted); font-size: 13.5px; }
.note { margin-top: 12px; }
h3 { margin: 20px 0 8px; }

.reasons { margin: 0; padding: 0; list-style: none; }
.reasons li { padding: 10px 0 10px 14px; border-left: 3px solid var(--line); }
.reasons li + li { margin-top: 10px; }
.reasons .weighs { border-color: var(--tone); }
.reasons .id { display: block; font-size: 12.5px; color: var(--muted); }
.reasons .todo { color: var(--muted); }
.reasons .todo::before { content: "→ "; }
.lines { white-space: pre-wrap; overflow-wrap: anywhere; }

.scroll { overflow-x: auto; margin: 0 -24px; padding: 0 24px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th {
  text-align: left; font-weight: 600; font-size: 12.5px; color: var(--muted); padding: 6px 20px 6px 0;
  border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: bottom;
}
td { padding: 9px 20px 9px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > td, tr:last-child > th[scope=row] { border-bottom: 0; }
th[scope=row] { color: var(--text); font-size: 14px; font-weight: 500; white-space: normal; vertical-align: top;
  padding: 9px 20px 9px 0; }
th:last-child, td:last-child { padding-right: 0; }
.n { text-align: right; white-space: nowrap; }
.nowrap { white-space: nowrap; }
.whole code { overflow-wrap: break-word; }
.sub { display: block; color: var(--muted); font-size: 12.5px; font-weight: 400; }
.rules th[scope=row] { min-width: 190px; }
.rules .remark td { padding-top: 0; color: var(--muted); font-size: 13px; }
.rules tr.told > * { border-bottom: 0; }
.rules details { margin-top: 2px; max-width: 80ch; }
.rules details[open] { margin-bottom: 6px; }
.rules summary { cursor: pointer; color: var(--muted); }
.rules details > p { color: var(--text); margin-top: 8px; font-size: 14px; }
.rules h3 { margin: 10px 0 2px; font-size: 12.5px; color: var(--text); }
.rules ul { margin: 0; padding-left: 18px; }
.facts th[scope=row], .facts td { padding-top: 6px; padding-bottom: 6px; }
.facts th { width: 1%; white-space: nowrap; padding-right: 28px; color: var(--muted); font-weight: 500; }
.facts code { font-size: 12.5px; }

.bar { display: block; width: 190px; height: 26px; }
.bar .axis { stroke: var(--line); stroke-width: 1; }
.bar .beyond { fill: var(--fail); opacity: .13; }
.bar .zero { stroke: var(--muted); stroke-width: 1; }
.bar .limit { stroke: var(--fail); stroke-width: 1.5; stroke-dasharray: 3 2; }
.bar .span { stroke: var(--tone); stroke-width: 6; stroke-linecap: round; opacity: .4; }
.bar .estimate { fill: var(--tone); }
.bins { display: block; width: 190px; height: 30px; }
.bins .reference { fill: var(--line); }
.bins .current { fill: var(--series-1); }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 12px; color: var(--muted); font-size: 12.5px; }
.key .bar { display: inline-block; width: 26px; height: 14px; vertical-align: -3px; margin-right: 6px; }

.figures { display: flex; flex-wrap: wrap; gap: 12px 32px; align-items: flex-start; }
figure { margin: 0; min-width: 0; max-width: 100%; }
figcaption { font-size: 13px; font-weight: 600; color: var(--muted); margin-bottom: 6px; }
figure svg { display: block; max-width: 100%; height: auto; }
figure + h3, .figures + .scroll, .figures + h3 { margin-top: 18px; }

pre {
  margin: 0; padding: 14px 16px; background: var(--soft); border-radius: 10px; overflow-x: auto;
  font-size: 12.5px; line-height: 1.5;
}
pre .add { color: var(--pass); } pre .del { color: var(--fail); } pre .at { color: var(--muted); }
footer { margin: 26px 4px 0; color: var(--muted); font-size: 12.5px; }

@media (max-width: 640px) {
  main { padding: 18px 12px 40px; }
  h1 { font-size: 21px; }
  .banner { padding: 18px 16px; gap: 12px; }
  .sign { width: 32px; height: 32px; }
  section { padding: 16px 16px 18px; border-radius: 12px; }
  .scroll { margin: 0 -16px; padding: 0 16px; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack, .stack tbody, .stack tr, .stack td, .stack th { display: block; }
  .rules th[scope=row] { min-width: 0; }
  .stack tr { padding: 10px 0; border-bottom: 1px solid var(--line); }
  .stack tr:last-child, .stack tr.told { border-bottom: 0; }
  .stack tr.remark { padding-top: 0; }
  .stack td, .stack th[scope=row] { border: 0; padding: 2px 0; }
  .stack td[data-label] { display: flex; gap: 12px; justify-content: space-between; text-align: right; }
  .stack td[data-label]::before { content: attr(data-label); color: var(--muted); text-align: left; flex: none; }
  .stack td[data-label]:empty { display: none; }
  .stack .wide { display: block; text-align: left; }
  .stack .wide::before { display: block; }
  .rules .bar { width: 100%; max-width: 260px; }
}
@media print {
  :root { --page: #fff; --shadow: none; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  section, .banner { break-inside: avoid-page; box-shadow: none; }
  .scroll { overflow: visible; }
  pre { white-space: pre-wrap; }
}
"""
