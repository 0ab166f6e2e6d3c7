"""The compact core: numpy and scipy only, arrays in and arrays out.

Notation, here and nowhere else: y reported count, N true count, U = N − y unreported, E exposure, lam (λ) true rate per unit of
exposure, rho (ρ) reporting probability, x = logit ρ, r and p size and success probability of a negative binomial.
Cells come first, draws or quadrature nodes last, unless a docstring says otherwise.
"""
