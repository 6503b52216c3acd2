"""The whole product on one machine: two engines out of wheels, web, worker and beat.

`make run` is `python -m perfgoals.trial run`. For programs: `perfgoals.trial.product.trial`.
Nothing of this is used in a real installation (docs/operations.md).
"""
