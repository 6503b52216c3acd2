"""The edges of the state machine as a table: what the door, the screens and the tests look up."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

from approvals.models.declaration import Declaration
from approvals.roles import Actor, Grant
from approvals.states import State, Verb

# The grant by which the person may, or None.
Permission = Callable[[Declaration, Actor], Grant | None]


@dataclass(frozen=True, slots=True)
class Edge:
    """One step: from where to where, who may, and what it asks for.

    method            the transition on Declaration
    comment_required  the person must say why
    notify            roles that hear of it (they act next); "acted" are those who acted before
    within            "approval" when it happens only as part of issuing an approval
    """

    verb: Verb
    source: State
    target: State
    method: str
    permission: Permission
    comment_required: bool
    notify: tuple[str, ...]
    within: str


@cache
def edges() -> dict[tuple[State, Verb], Edge]:
    """All edges, read from the transitions that stand on `Declaration.state`."""
    table: dict[tuple[State, Verb], Edge] = {}
    for step in Declaration._meta.get_field("state").get_all_transitions(Declaration):
        verb = Verb(step.name.rstrip("_"))
        edge = Edge(
            verb=verb,
            source=State(str(step.source)),
            # A step without a target leaves the state as it is.
            target=State(str(step.target or step.source)),
            method=step.name,
            permission=cast(Permission, step.permission),
            comment_required=step.custom["comment"],
            notify=step.custom["notify"],
            within=step.custom["within"],
        )
        table[edge.source, verb] = edge
    return table


def verbs_for(declaration: Declaration, actor: Actor) -> list[Edge]:
    """The steps this person may take now, in the order of `Verb`: what the screen draws and the door allows."""
    found = (edges().get((State(declaration.state), verb)) for verb in Verb)
    return [edge for edge in found if edge and not edge.within and edge.permission(declaration, actor)]
