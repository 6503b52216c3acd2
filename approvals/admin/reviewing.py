"""How a region reviews, and what its reviewers left behind."""

from django.contrib import admin

from approvals.admin.site import Looking, Managed, Scoped, site
from approvals.models import Amendment, CommonOpinion, Review, ReviewNote, ReviewProfile


@admin.register(ReviewProfile, site=site)
class ReviewProfileAdmin(Managed):
    """四性审核规则."""

    bureau_paths = ("bureau",)
    list_display = ["bureau", "form_required", "excellent", "good", "fair"]


@admin.register(CommonOpinion, site=site)
class CommonOpinionAdmin(Managed):
    """常用审核意见."""

    bureau_paths = ("bureau",)
    list_display = ["text", "bureau", "position", "active"]
    list_filter = ["active", ("bureau", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bureau"]
    search_fields = ["text"]


class OfDeclarations(Looking, Scoped):
    """What belongs to declarations: to be looked at."""

    bureau_paths = ("declaration__bureau",)
    list_select_related = ["declaration__project"]
    search_fields = ["declaration__project__name", "declaration__project__code", "declaration__unit__name"]
    date_hierarchy = "created_at"


@admin.register(Review, site=site)
class ReviewAdmin(OfDeclarations):
    """四性审核表."""

    list_display = ["created_at", "declaration", "round", "reviewer", "grade", "points"]
    list_filter = ["grade", ("declaration__bureau", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["declaration__project", "reviewer"]


@admin.register(ReviewNote, site=site)
class ReviewNoteAdmin(OfDeclarations):
    """审核批注."""

    list_display = ["created_at", "declaration", "round", "author", "anchor", "text", "resolved_at"]
    list_select_related = ["declaration__project", "author"]


@admin.register(Amendment, site=site)
class AmendmentAdmin(OfDeclarations):
    """修改意见."""

    list_display = ["created_at", "declaration", "round", "author", "anchor", "before", "after", "answer"]
    list_filter = ["answer"]
    list_select_related = ["declaration__project", "author"]
