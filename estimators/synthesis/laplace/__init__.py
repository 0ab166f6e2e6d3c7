"""Engine ``laplace``: exact draws of a joint model from arrays alone, effects integrated area by area."""
