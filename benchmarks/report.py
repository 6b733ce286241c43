"""What was found, as lines for the terminal and as the page ``docs/performance.md``: ratios, never seconds."""

from __future__ import annotations

from benchmarks.measure import ROOT, Ratio, Result

__all__ = ["PAGE", "lines", "page"]

PAGE = ROOT / "docs" / "performance.md"
SCALES = {"ms": 1e3, "µs": 1e6, "s": 1.0, "MB": 1e-6}
INTRODUCTION = """# Performance

What a test costs with discordtest, beside [dpytest](https://pypi.org/project/dpytest/),
[simcord](https://pypi.org/project/simcord/) and the bare floor. `python -m benchmarks` measures it and writes this
page.

Numbers are ratios, because those of two machines compare: 0.5 is half as much, 1.0 the same. Each contender runs in a
process of its own; they take turns, and a ratio is taken within each round. Shown are the median of the rounds and,
in brackets, the middle half of them.
"""


def lines(result: Result) -> list[str]:
    """Return what a measurement found, for the terminal."""
    unit = result.module.UNIT
    shown = [result.module.TITLE]
    shown += [
        f"  {contender:32} {result.median(contender) * SCALES[unit]:10.3f} {unit}"
        for contender in result.module.CONTENDERS
    ]
    for ratio in result.module.RATIOS:
        middle, low, high = result.ratio(ratio)
        shown.append(f"  {_name(ratio):48} {middle:7.3f}  ({low:.3f} … {high:.3f}){_judged(ratio, middle)}")
    return shown


def _name(ratio: Ratio) -> str:
    return f"{ratio.contender} / {ratio.by}"


def _judged(ratio: Ratio, value: float) -> str:
    if ratio.limit is None:
        return ""
    return f"  {'ok' if value <= ratio.limit else 'TOO MUCH'}, at most {ratio.limit:g}"


def page(results: list[Result], versions: dict[str, str]) -> str:
    """Return the page."""
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts = [INTRODUCTION, f"Measured with {named}, on a machine that did other work too.\n"]
    parts.extend(_section(result) for result in results)
    return "\n".join(parts)


def _section(result: Result) -> str:
    module = result.module
    rows = [
        f"## {module.TITLE}\n",
        "| discordtest | compared with | ratio | | meant to be |",
        "|---|---|---|---|---|",
    ]
    for ratio in module.RATIOS:
        middle, low, high = result.ratio(ratio)
        limit = "" if ratio.limit is None else f"at most {ratio.limit:g}"
        rows.append(
            f"| {ratio.contender} | {ratio.by} | {_digits(middle)} | ({_digits(low)} … {_digits(high)}) | {limit} |"
        )
    notes = [f"- {name}: {text}." for name, text in module.NOTES.items()]
    return "\n".join([*rows, "", *notes, ""])


def _digits(value: float) -> str:
    return f"{value:.2g}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"
