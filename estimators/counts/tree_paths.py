"""A tree of branches as arrays: which counts bear on the root, the law of the way to each, and whether the sum over Z is a chain."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimators.counts.branches import Branch, check_tree, parts_of, split_of
from estimators.counts.cells import Array
from estimators.errors import ModelError
from estimators.numeric.trees import Split

UNKNOWN_REST = 1.0  # a share left over by several unrelated ones may be small as a uniform one may


@dataclass(frozen=True)
class Tree:
    """Branches that make one tree."""

    branches: tuple[Branch, ...]

    @cached_property
    def root(self) -> str:
        """The group that is part of no other."""
        return check_tree(self.branches)

    @cached_property
    def splits(self) -> dict[str, tuple[tuple[str, ...], Split]]:
        """Names of the parts of each group, and how they share it."""
        found = {}
        for group in dict.fromkeys(branch.of for branch in self.branches):
            parts = parts_of(self.branches, group)
            found[group] = (tuple(part.name for part in parts), split_of(group, parts))
        return found

    @cached_property
    def counted(self) -> tuple[Branch, ...]:
        """Nodes that figures count."""
        return tuple(branch for branch in self.branches if branch.indicator)

    def way(self, name: str) -> tuple[str, ...]:
        """Nodes from below the root down to this one."""
        parent = {branch.name: branch.of for branch in self.branches}
        found = [name]
        while parent[found[0]] in parent:
            found.insert(0, parent[found[0]])
        return tuple(found)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Counted nodes with no counted node above them: the others say nothing more of the root."""
        names = {branch.name for branch in self.counted}
        return tuple(name for name in names_of(self.counted) if not names & set(self.way(name)[:-1]))

    def above(self, name: str) -> str | None:
        """The nearest counted node above."""
        names = {branch.name for branch in self.counted}
        return next((other for other in reversed(self.way(name)[:-1]) if other in names), None)

    def is_whole(self, group: str, parts: list[str]) -> bool:
        """Whether these nodes are, between them, all that a group splits into."""
        if group in parts:
            return True
        names, split = self.splits.get(group, ((), None))
        return (
            split is not None
            and len(names) == len(concentrations(split))
            and all(self.is_whole(name, parts) for name in names)
        )

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Groups whose split bears on a path."""
        return tuple(dict.fromkeys(group for name in self.paths for group in (self.root, *self.way(name)[:-1])))

    @property
    def size(self) -> int:
        """Number of independent shares on the paths."""
        return sum(len(self.splits[group][1].laws) for group in self.groups)

    @property
    def weighted(self) -> bool:
        """Whether some split has a density that is not that of its independent shares."""
        return any(not self.splits[group][1].stick for group in self.groups)

    def log_paths(self, x: Array) -> tuple[Array, Array]:
        """Log probability of each path (points, paths) at normal scores (points, size), and log weights (points,)."""
        share: dict[str, Array] = {}
        weight, start = np.zeros(len(x)), 0
        for group in self.groups:
            names, split = self.splits[group]
            end = start + len(split.laws)
            values, more = split.log_shares(x[:, start:end])
            share |= {name: values[:, place] for place, name in enumerate(names)}
            weight, start = weight + more, end
        ways = [np.sum([share[name] for name in self.way(path)], axis=0) for path in self.paths]
        return np.stack(ways, axis=1), weight

    @cached_property
    def chain(self) -> tuple[tuple[str, float, float], ...] | None:
        """Paths in an order in which each is a beta share of what those before it leave, with the shapes; None where they are not."""
        found: list[tuple[str, float, float]] = []
        group: str | None = self.root
        while group is not None:
            names, split = self.splits[group]
            if not split.stick or any(law[0] != "beta" for law in split.laws):
                return None
            size = concentrations(split)
            observed = [name for name in names if name in self.paths]
            down = [
                name for name in names if name not in observed and any(name in self.way(path) for path in self.paths)
            ]
            unnamed = len(names) < len(size)
            if len(down) > 1 or (down and (unnamed or len(observed) + 1 < len(names))):
                return None
            left = sum(size)
            for name in observed:
                mine = size[names.index(name)]
                left -= mine
                if left <= 1e-12:  # all parts are counted: their sum is the group
                    return None
                found.append((name, mine, left))
            group = down[0] if down else None
        return tuple(found)

    @property
    def tail(self) -> float:
        """Power a with P(Z > z) ~ z^-a as z grows, under π(Z) ∝ 1/Z: the mean needs a > 1, the variance a > 2."""
        return self._tail(self.root)

    def _tail(self, group: str) -> float:
        names, split = self.splits[group]
        size = concentrations(split)
        relevant = [name for name in names if any(name in self.way(path) for path in self.paths)]
        mine = {name: size[names.index(name)] for name in relevant}
        deeper = {name: np.inf if name in self.paths else self._tail(name) for name in relevant}
        least = sum(min(mine[name], deeper[name]) for name in relevant)
        if len(relevant) < len(size) or any(deeper[name] < mine[name] for name in relevant):
            return least
        return min(sum(mine.values()) - mine[name] + deeper[name] for name in relevant)


def concentrations(split: Split) -> list[float]:
    """How fast the density of each share falls as the share goes to 0: of a Dirichlet its parameters, infinite of a logit-normal."""
    first = [law[1] if law[0] == "beta" else np.inf for law in split.laws]
    if split.last is not None:
        return [*first, split.last[1] if split.last[0] == "beta" else np.inf]
    if not split.stick:
        return [*first, UNKNOWN_REST]
    return [*first, split.laws[-1][2] if split.laws[-1][0] == "beta" else np.inf]


def names_of(branches: tuple[Branch, ...]) -> tuple[str, ...]:
    """Names of branches."""
    return tuple(branch.name for branch in branches)


def checked(branches: tuple[Branch, ...]) -> Tree:
    """The tree, every split of it tried.

    Raises
    ------
    ModelError
        Naming what is wrong with it.
    """
    tree = Tree(branches)
    _ = tree.root, tree.splits
    if not tree.counted:
        raise ModelError("no branch has an indicator: expected at least one part that figures count")
    for group in (tree.root, *names_of(branches)):
        names = tree.splits.get(group, ((), None))[0]
        split = tree.splits[group][1] if names else None
        full = split is not None and len(names) == len(concentrations(split)) and set(names) <= set(tree.paths)
        if full and group == tree.root:
            raise ModelError(
                f"all parts of {group} are counted: their sum is the answer, and nothing is left to estimate"
            )
    return tree
