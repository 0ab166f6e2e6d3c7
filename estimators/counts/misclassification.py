"""Cases recorded under another crime, and others recorded as trafficking: a count corrected for both."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from estimators.counts.cells import Array, Cells, Groups, exact_counts, read_figures
from estimators.counts.labels import Known, anchor_of, information_of, law_of, point_estimates
from estimators.errors import DataError, ModelError, Problem
from estimators.evidence import Evidence
from estimators.numeric import misclassified
from estimators.priors import Prior


@dataclass(frozen=True, repr=False)
class Misclassification:
    """True cases among files of which some were labelled wrongly, in both directions.

    Parameters
    ----------
    sensitivity : Claim, Prior or (int, int)
        Probability that a true case is labelled as one; as an audit sample, (labelled, true cases audited).
    specificity : Claim, Prior or (int, int)
        Probability that another file is not labelled; as an audit sample, (not labelled, other files audited).
    examined : int or str
        How many files there are in all, or the indicator that counts them.
    prevalence : Prior, optional
        Beta prior of the true share of cases among the files; by default uniform.
    indicator, form : str
        Which figures count the labelled files.

    Notes
    -----
    Labelled x ~ Binomial(n, a), a = p e + (1 - p)(1 - s). An audit sample of k right among m gives Beta(1 + k, 1 + m - k). The point
    estimate of Rogan and Gladen is p = (x/n + s - 1)/(e + s - 1), with variance [a(1 - a)/n + p² Var e + (1 - p)² Var s]/(e + s - 1)²; it
    leaves 0 … 1 where x/n < 1 - s or x/n > e, and is given as it is and truncated; of an audit it takes k/m and k(m - k)/m³. The
    posterior is over 0 ≤ p ≤ 1 and e + s > 1: given (e, s), a is a truncated beta; (e, s) is integrated by quadrature, and for draws by
    weighted points. The true count is that of these n files, labelled or not, and of no others: cases without a file need another
    estimator.

    References
    ----------
    Rogan, W. J. and Gladen, B. 1978. Estimating prevalence from the results of a screening test. doi:10.1093/oxfordjournals.aje.a112510

    Examples
    --------
    >>> import estimators as est
    >>> model = Misclassification(sensitivity=(40, 50), specificity=(985, 1000), examined=2000, indicator="investigations_opened")
    >>> post = est.fit(model, est.single_figure(180, indicator="investigations_opened"), seed=1)
    >>> round(post["rogan_gladen"]["prevalence"].item(), 3)
    0.096
    """

    sensitivity: Known
    specificity: Known
    examined: int | str
    prevalence: Prior | None = None
    indicator: str = "victims_identified"
    form: str = "all"

    def __post_init__(self) -> None:
        for name, known in (("sensitivity", self.sensitivity), ("specificity", self.specificity)):
            _ = law_of(name, known)
        if self.prevalence is not None and self.prevalence.family != "beta":
            raise ModelError(f"prior of the prevalence {self.prevalence.formula}: expected a beta")
        if isinstance(self.examined, int) and self.examined < 1:
            raise ModelError(f"{self.examined} files examined: expected at least 1")
        if misclassified.moments(self._laws[0])[0] + misclassified.moments(self._laws[1])[0] <= 1.0:
            text = "sensitivity and specificity add up to 1 or less on average: such labels say nothing, or the opposite of what they say"
            raise ModelError(text)

    @property
    def _laws(self) -> tuple[misclassified.Law, misclassified.Law]:
        both = law_of("sensitivity", self.sensitivity), law_of("specificity", self.specificity)
        return tuple((prior.family, *prior.parameters) for prior in both)  # type: ignore[return-value]

    @property
    def _share(self) -> tuple[float, float]:
        return misclassified.UNIFORM if self.prevalence is None else self.prevalence.parameters

    def __repr__(self) -> str:
        files = f"{self.examined:,}" if isinstance(self.examined, int) else self.examined.replace("_", " ")
        even = "uniform" if self.prevalence is None else f"{self.prevalence.formula} ({self.prevalence.reason})"
        first, second = (
            law_of(name, known)
            for name, known in (("sensitivity", self.sensitivity), ("specificity", self.specificity))
        )
        return (
            f"Misclassification. Of all files ({files}) those labelled ({self.indicator}, form {self.form}) are binomial with probability "
            f"prevalence × sensitivity + (1 − prevalence) × (1 − specificity); sensitivity ~ {first.formula} ({first.reason}), "
            f"specificity ~ {second.formula} ({second.reason}), prevalence {even}. The posterior is computed by "
            "quadrature; beside it stands the estimate of Rogan and Gladen."
        )

    def priors(self) -> tuple[Prior, ...]:
        """Sensitivity, specificity and, where it is not uniform, prevalence."""
        both = law_of("sensitivity", self.sensitivity), law_of("specificity", self.specificity)
        return both if self.prevalence is None else (*both, self.prevalence)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "files are mislabelled independently of each other, with the same two probabilities in every area and period",
            "audited files are a random sample of the files",
            "cases without any file are not estimated",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """Labelled files, and how many files there are.

        Raises
        ------
        DataError
            Where more are labelled than there are.
        """
        figures = read_figures(evidence, self.indicator, self.form, population="if there")
        if isinstance(self.examined, str):
            files = evidence.figures(self.examined, form=self.form).reindex_like(figures)["reported"]
        else:
            files = xr.full_like(figures["reported"], float(self.examined))
        wrong = figures["reported"].notnull() & ~(files >= figures["reported"])
        problems = [
            Problem(
                evidence.label,
                None,
                "value",
                f"{figures['area'].values[area]} {figures['period'].values[period]}: {figures['reported'].values[area, period]:g}",
                f"at most the files examined, given as {files.values[area, period]:g}",
            )
            for area, period in np.argwhere(wrong.values)
        ]
        if problems:
            raise DataError(problems)
        return figures.assign(examined=files)

    def exact(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Groups:
        """Posterior draws of every cell, and the estimate of Rogan and Gladen."""
        cells, files = self._cells(figures)
        found = [self._drawn(x, n, draws, rng) for x, n in zip(cells.reported, files, strict=True)]
        names = ("true_count", "reporting_probability", "specificity", "prevalence")
        values = {name: np.stack([each[place] for each in found], axis=1) for place, name in enumerate(names)}
        if cells.has_population:
            values["incidence"] = values["true_count"] / cells.exposure
        known = ~cells.missing
        statistics = {"pareto_k": max(each[4] for each, here in zip(found, known, strict=True) if here)}
        statistics |= {"effective_draws": min(float(draws), min(each[5] for each in found)), "proposed_draws": 4096.0}
        return {
            "posterior": cells.labelled(values),
            "rogan_gladen": point_estimates(cells, files, self.sensitivity, self.specificity),
            "anchors": anchor_of(cells, values["true_count"], self.sensitivity, self.specificity),
            "likelihood": information_of(cells, files, *self._laws),
            "sample_stats": xr.Dataset(statistics),
        }

    def summaries(self, figures: xr.Dataset) -> Groups:
        """Mean and standard deviation of the prevalence, by quadrature."""
        cells, files = self._cells(figures)
        pairs = zip(cells.reported, files, strict=True)
        values = np.array([misclassified.share_moments(x, n, *self._laws, self._share) for x, n in pairs]).T
        return {"moments": cells.by_moment({"prevalence": values})}

    def replicate(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> dict[str, tuple[float, Array]]:
        """Truth from the priors, labels from the truth, a fit: for calibration."""
        _, files = self._cells(figures)
        found: dict[str, tuple[float, Array]] = {}
        for place, n in enumerate(files):
            e, s = (float(law.quantile(rng.random())) for law in self.priors()[:2])
            p = float(rng.beta(*self._share))
            if e + s <= 1.0:
                raise ModelError(
                    "labels that say the opposite of what they mean were drawn: expected priors that exclude it"
                )
            true = rng.binomial(int(n), p)
            x = float(rng.binomial(true, e) + rng.binomial(int(n) - true, 1.0 - s))
            drawn = self._drawn(x, n, draws, rng)
            pairs = zip((float(true), e, s, p), drawn[:4], strict=True)
            names = ("true_count", "sensitivity", "specificity", "prevalence")
            found |= {f"{name} {place}": pair for name, pair in zip(names, pairs, strict=True)}
            apparent = [q * a + (1.0 - q) * (1.0 - b) for a, b, q in ((e, s, np.array([p])), drawn[1:4])]
            likelihood = [x * np.log(a) + (n - x) * np.log1p(-a) for a in apparent]
            found[f"log_likelihood {place}"] = (float(likelihood[0][0]), likelihood[1])
        return found

    def _cells(self, figures: xr.Dataset) -> tuple[Cells, Array]:
        cells = exact_counts(figures, "Misclassification")
        files = figures["examined"].transpose("area", "period").values.ravel().astype(float)
        return cells, np.where(cells.missing, 1.0, files)

    def _drawn(
        self, x: float, n: float, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array, Array, Array, float, float]:
        """True count, sensitivity, specificity, prevalence; Pareto k̂ and effective draws."""
        e, s, weight, k = misclassified.points(x, n, *self._laws, self._share)
        chosen = rng.choice(len(weight), draws, p=weight)
        e, s = e[chosen], s[chosen]
        p = misclassified.share_draws(x, n, e, s, self._share, rng)
        return misclassified.true_count_draws(x, n, p, e, s, rng), e, s, p, k, 1.0 / float((weight**2).sum())
