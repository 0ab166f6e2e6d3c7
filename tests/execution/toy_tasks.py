"""Tasks that tests give to workers, which import them from here."""

import os
import time

import numpy as np


def draw(spec, seed):
    """A job that depends on its seed."""
    rng = np.random.default_rng(seed)
    return {"mean": float(rng.normal(spec["mean"], 1.0, 100).mean()), "list": rng.integers(9, size=3), "text": "ρ"}


def slow_draw(spec, seed):
    """The same, a little later."""
    time.sleep(0.01)
    return draw(spec, seed)


def product(spec, seed):
    """Sums of many terms, which threads would add in another order."""
    matrix = np.random.default_rng(seed).standard_normal((300, 300))
    return {"sum": float((matrix @ matrix.T).sum()), "norm": float(np.linalg.norm(matrix, 2))}


def fail_sometimes(spec, seed):
    """A job that fails for some seeds."""
    if seed.spawn_key[0] % spec["every"] == 0:
        raise ValueError(f"bad luck\nwith {seed.spawn_key[0]}")
    return draw({"mean": 0.0}, seed)


def threads(spec, seed):
    """What a worker may use."""
    from threadpoolctl import threadpool_info

    used = [pool["num_threads"] for pool in threadpool_info()]
    return {"process": os.getpid(), "variable": os.environ.get("OPENBLAS_NUM_THREADS", ""), "threads": used}


def no_mapping(spec, seed):
    """A job that returns what cannot be kept."""
    return {"object": object()} if spec == "object" else 3


def die(spec, seed):
    """A job that ends its process."""
    os._exit(7)
