"""Make the results on the page of the Mexican states again, which take minutes: ``uv run docs/make_states.py``, from the repository."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd

import estimators as est
from estimators import numbers, reports
from estimators.plots.style import to_svg

DOCS = Path(__file__).parent
PAGE = DOCS / "experiments" / "mexican_states.md"
BEGIN, END = (f"<!-- results of docs/make_states.py: {word} -->\n" for word in ("begin", "end"))
SEED, PERIOD = 20220802, "2022"


def experiment() -> ModuleType:
    """The experiment itself, whose model is fitted here."""
    spec = importlib.util.spec_from_file_location("mexican_states", DOCS.parent / "experiments" / "mexican_states.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("experiments/mexican_states.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_markdown(rows: pd.DataFrame, names: dict[str, str]) -> str:
    """States from the highest median to the lowest."""
    lines = ["| state | identified | incidence per 100,000 and year | share reported, % |", "|---|---:|---:|---:|"]
    for row in rows.sort_values("incidence_median", ascending=False).to_dict("records"):
        digits = numbers.supported_digits(float(row["simulation_error"]))
        rate, share = (
            numbers.estimate(
                scale * row[f"{what}_median"], scale * row[f"{what}_lower"], scale * row[f"{what}_upper"], digits
            )
            for what, scale in (("incidence", 1.0), ("reporting_probability", 100.0))
        )
        lines.append(f"| {names[row['area']]} | {numbers.count(float(row['reported']))} | {rate} | {share} |")
    return "\n".join(lines)


def main() -> None:
    """Fit with and without mass events, draw the map, and write both on the page."""
    model, evidence = experiment().MODEL, est.datasets.mexico_states(hotline=True)
    tiles = est.datasets.mexico_tiles()
    post = est.fit(model, evidence, seed=SEED)
    table, events = est.summary(post), reports.mass_events(post, "victims_identified")
    calm = est.fit(model, est.datasets.without(evidence, "victims_identified", events["about"]), seed=SEED)
    rows = table[table["period"] == PERIOD]
    figure = est.plot_tiles(rows, tiles, title=f"Incidence per 100,000 and year, {PERIOD}")
    (PAGE.parent / "mexican_states.svg").write_text(to_svg(figure), encoding="utf-8")
    told, statistics = est.identification(post), post["sample_stats"]
    state = (
        f"Engine {post.attrs['engine']}, {post['posterior'].sizes['chain'] * post['posterior'].sizes['draw']:,} draws, seed {SEED}; "
        f"{float(statistics['effective_draws']):,.0f} effective draws, Pareto k̂ {float(statistics['pareto_k']):.2f}. Sampler: "
        f"{est.convergence(post).status}. Verdict: {told.verdict}."
    )
    names = dict(zip(tiles["area"], tiles["name"], strict=True))
    parts = [
        state,
        told.finding("anchor budget").text,
        f"![{est.alternative(figure)}](mexican_states.svg)",
        f"**Mass events.** {reports.event_exhibit(post, calm, events, table).text[0]}",
        f"All states in {PERIOD}, medians with 95 % intervals:\n\n{as_markdown(rows, names)}",
    ]
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n\n".join(parts) + f"\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
