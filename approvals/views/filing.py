"""Filing by hand: a new declaration, rewriting one that is with the unit, throwing away a draft."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from approvals.checks import check_declarations
from approvals.forms.declaration import DeclarationEditor
from approvals.forms.department_goal import DepartmentGoalEditor, editor_for
from approvals.forms.indicators import LEVEL1, LEVEL2
from approvals.models import Declaration, User
from approvals.models.declaration import Kind
from approvals.rules import may_edit
from approvals.selectors.organisations import units_to_file_for
from approvals.services import filing
from approvals.services.verbs import perform
from approvals.states import EDITABLE, Verb
from approvals.views.common import actor, refusals_as_pages, user_of, whole_number
from approvals.views.declarations import may_discard, seen_by
from perfgoals.errors import Refusal

CATEGORIES = ("新增", "延续", "经常性", "一次性")
# From this month on, what is filed is next year's budget.
FIRST_MONTH_OF_NEXT_BUDGET = 7


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; POST files a draft, and with `submit` sends it to review."""
    units = units_to_file_for(actor(request))
    if not units:
        raise PermissionDenied(_("只有单位经办人可以填报。"))
    editing: type[DeclarationEditor] = DeclarationEditor
    if request.GET.get("department_goal"):
        editing, units = DepartmentGoalEditor, units.filter(is_own_office=True)
        if not units:
            raise PermissionDenied(_("部门整体绩效目标由部门本级的经办人填报。"))
    if request.method != "POST":
        initial: dict[str, Any] = {"fiscal_year": _year(request), "money_unit": "元"}
        if len(units) == 1:
            initial["unit"] = units[0]
        return _page(request, editing(units=units, initial=initial))

    editor = editing(request.POST, units=units)
    if not editor.is_valid():
        return _page(request, editor, status=422)
    asked = editor.form.cleaned_data
    try:
        made = filing.file_declarations(
            user_of(request),
            [filing.Filing(asked["unit"], editor.draft())],
            asked["fiscal_year"],
            kind=Kind(asked.get("kind") or Kind.ANNUAL),
            grounds=editor.form.grounds(),
        )
    except Refusal as refusal:
        return _page(request, editor, refusal=refusal, status=refusal.status)
    return _saved(request, made[0])


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form filled in; POST saves, and with `submit` sends it to review. `?check=1` shows what stands in the way."""
    declaration = _writable(request, pk)
    if request.method != "POST":
        editor = editor_for(declaration)(stored=declaration)
        found = check_declarations([declaration])[pk] if request.GET.get("check") else []
        return _page(request, editor, declaration, failing=editor.place(found), checked=bool(found))

    editor = editor_for(declaration)(request.POST, stored=declaration)
    if not editor.is_valid():
        return _page(request, editor, declaration, status=422)
    try:
        filing.rewrite(
            pk, user_of(request), editor.draft(), whole_number(request.POST.get("seen")), editor.form.grounds()
        )
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise
        return _page(request, editor, declaration, refusal=refusal, status=refusal.status)
    return _saved(request, declaration)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks; POST throws the draft away."""
    declaration = _writable(request, pk)
    if request.method != "POST":
        if not may_discard(declaration, actor(request)):
            raise Refusal("wrong_state", _("已送审过的申报不能删除，可以修改后再送审。"))
        return render(request, "approvals/declarations/discard.html", {"declaration": declaration})
    filing.discard(pk, user_of(request), whole_number(request.POST.get("seen")))
    messages.success(request, _("已删除“%(name)s”。") % {"name": declaration.project.name})
    return redirect("declarations")


def _writable(request: HttpRequest, pk: int) -> Declaration:
    """The declaration, when this person may write it now; 404 unseen, otherwise Refusal."""
    person = actor(request)
    declaration = seen_by(person, pk)
    if may_edit(declaration, person):
        return declaration
    editable = declaration.state in EDITABLE
    raise Refusal(
        "not_allowed" if editable else "wrong_state",
        _("“%(name)s”目前%(state)s，只有本单位经办人在待送审、被退回或已撤回时可以修改。")
        % {"name": declaration.project.name, "state": declaration.get_state_display()},
    )


def _year(request: HttpRequest) -> int:
    asked = whole_number(request.GET.get("year"))
    today = timezone.localdate()
    return asked or today.year + (today.month >= FIRST_MONTH_OF_NEXT_BUDGET)


def _saved(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    """Saved; sent on as well when that button was pressed and nothing stands in the way."""
    name = declaration.project.name
    if "submit" not in request.POST:
        messages.success(request, _("“%(name)s”已保存。") % {"name": name})
        return redirect("declaration", declaration.pk)
    user: User = user_of(request)
    try:
        perform(declaration.pk, Verb.SUBMIT, user)
    except Refusal as refusal:
        messages.warning(request, _("“%(name)s”已保存，但没有送审：%(why)s") % {"name": name, "why": refusal.message})
        return redirect(f"{reverse('declaration-edit', args=[declaration.pk])}?check=1")
    messages.success(request, _("“%(name)s”已保存并送审。") % {"name": name})
    return redirect("declaration", declaration.pk)


def _page(
    request: HttpRequest,
    editor: DeclarationEditor,
    declaration: Declaration | None = None,
    *,
    refusal: Refusal | None = None,
    failing: Any = (),
    checked: bool = False,
    status: int = 200,
) -> HttpResponse:
    if declaration is not None:
        editor.annotate(declaration.open_notes)  # type: ignore[attr-defined]
    context = {
        "editor": editor,
        "form": editor.form,
        "declaration": declaration,
        "seen": request.POST.get("seen") or (declaration.revision if declaration else ""),
        "refusal": refusal,
        "failing": failing,
        "checked": checked,
        "level1_words": LEVEL1,
        "level2_words": LEVEL2,
        "category_words": CATEGORIES,
    }
    return render(request, "approvals/declarations/edit.html", context, status=status)
