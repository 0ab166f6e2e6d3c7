"""What `joint.py` prints: markdown tables of its measurements."""

import math
from collections.abc import Sequence
from typing import Any

type Found = dict[str, Any]


def cell(value: float | None, digits: int = 3) -> str:
    """A number with as many digits as mean something."""
    if value is None or not math.isfinite(value) or value <= 0.0:
        return "–"
    if value >= 10.0 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{max(0, digits - 1 - math.floor(math.log10(max(value, 1e-9))))}f}"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Markdown, numbers to the right."""
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines) + "\n"


def compared(found: Found) -> str:
    """One panel: a row an engine, ratios to the best NUTS."""
    engines: dict[str, Found] = found["engines"]
    lines = [f"### {found['size'].replace('x', ' areas × ')} years\n"]
    lines += [f"{name}: {each['failed']}\n" for name, each in engines.items() if "failed" in each]
    done = {name: each for name, each in engines.items() if "failed" not in each}
    nuts = [each for name, each in done.items() if name != "laplace"]

    def best(key: str, *, least: bool = False) -> float:
        known = [each[key] for each in nuts if key in each and math.isfinite(each[key])]
        return math.nan if not known else min(known) if least else max(known)

    rows = []
    for name, each in done.items():
        divergent = f" ({each['divergences']} divergent)" if each.get("divergences") else ""
        rows.append(
            (
                name + divergent + each.get("note", ""),
                *(cell(each.get(key)) for key in ("compile", "tuning")),
                cell(each.get("drawing", each.get("seconds"))),
                f"{each['draws']:,}",
                cell(each["ess"]),
                *(cell(each.get(key)) for key in ("rate", "rate_after")),
                *(cell(each.get(key, math.nan) / best(key)) for key in ("rate", "rate_after")),
                cell(each.get("to_answer")),
                cell(best("to_answer", least=True) / each.get("to_answer", math.nan)),
                cell(each["peak_mb"]),
            )
        )
    head = (
        "engine", "to compile, s", "to warm up, s", "to draw, s", "draws", "effective", "effective / s", "after warm-up",
        "× best NUTS", "after warm-up", "to the same answer, s", "× best NUTS", "peak MB",
    )  # fmt: skip
    lines.append(table(head, rows))
    return "\n".join([*lines, *(said_of(each) for name, each in done.items() if name == "laplace")])


def said_of(laplace: Found) -> str:
    """What the table has no room for."""
    small = laplace["small"]
    return (
        f"{laplace['figures']}. Laplace: Pareto k̂ {laplace['pareto_k']:.2f}, {laplace['proposed']:,} draws proposed; a whole `fit` with "
        f"{laplace['draws']:,} draws, predictions and checks included, takes {cell(laplace['fit_seconds'])} s; {laplace['rise_mb']:.0f} MB "
        f"more than before it. With {small['draws']:,} draws: {cell(small['seconds'])} s, effective {small['ess']:.0f} by the weights, "
        f"{small['ess_by_repetition']:.0f} by the scatter of the means of repeated runs: counted so, its effective draws and ratios are "
        f"{small['ess_by_repetition'] / small['ess']:.2f} times those above.\n"
    )


def grown(found: list[Found]) -> str:
    """A row a size."""
    rows, left = [], []
    head = ("areas × years", "draws", "seconds", "ms an area", "effective", "share of proposed", "Pareto k̂", "peak MB")
    for each in found:
        if "seconds" not in each:
            left.append(f"{each['areas']:,} areas left out: {each['failed']}\n")
            continue
        rows.append(
            (
                f"{each['areas']:,} × {each['years']}",
                f"{each['draws']:,}",
                cell(each["seconds"]),
                cell(1000.0 * each["per_area"]),
                cell(each["ess"]),
                f"{each['share']:.2f}",
                f"{each['pareto_k']:.2f}",
                cell(each["peak_mb"]),
            )
        )
    return "\n".join(["### More areas, laplace alone\n", table(head, rows), *left])


def near(found: Found) -> str:
    """Share of the machine's best, and where the time goes."""
    if "failed" in found:
        return f"### Near the machine\n\n{found['failed']}\n"
    names = {"exp": "exponentials and logarithms", "multiply_add": "multiply-adds", "gamma": "gamma functions"}
    rows = [
        (
            name,
            f"{found['rates'][key] / 1e6:,.0f}",
            f"{found['each'][key]:,.0f}",
            f"{1e3 * found['each'][key] / found['rates'][key]:.3f}",
        )
        for key, name in names.items()
    ]
    head = ("", "million a second, numpy in cache", "an effective draw", "ms")
    spent = 1e3 * found["seconds"] / found["effective"]
    arrows, share = cell(found["each"]["arrows"]), cell(100 * found["share"], 2)
    text = (
        f"An effective draw takes {spent:.2f} ms of processor time, its share of the search for the mode and {arrows} factored arrows "
        f"included: what its operations need at numpy's best is {share} % of that.\n"
    )
    groups = [(name, f"{100 * share:.0f} %") for name, share in found["profile"].items() if share >= 0.005]
    return "\n".join(
        [
            "### Near the machine\n",
            table(head, rows),
            text,
            "### Where the time goes\n",
            table(("", "share of time"), groups),
        ]
    )
