"""How steps, states and reasons are called on pages; what is stored and unknown is shown as it is."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason
from approvals.states import State, Verb

# What stands in the ledger and is no step of a declaration.
OTHER_VERBS = {
    "issue": _("发出批复"),
    "register": _("登记外来批复"),
    "import": _("历史导入"),
    "transmit": _("转下达单位"),
    "name_deputy": _("指定代理"),
    "end_deputy": _("终止代理"),
    "sign_in": _("登录"),
    "sign_in_failed": _("登录失败"),
    "download": _("下载批复"),
    "export": _("导出台账"),
}


def state_word(state: str) -> str:
    """The state's word; "" for none."""
    return str(State(state).label) if state in State.values else state


def verb_word(verb: str) -> str:
    """The step's word, for ledger rows too."""
    return str(Verb(verb).label) if verb in Verb.values else str(OTHER_VERBS.get(verb, verb))


def reason_words(reasons: Iterable[str]) -> list[str]:
    """The reasons of a step, as the reviewer chose them."""
    return [str(Reason(reason).label) if reason in Reason.values else reason for reason in reasons]
