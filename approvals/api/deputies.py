"""代理 over the API: who stands in for me and for whom I do, naming somebody, ending it early."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import examples as e
from approvals.api.base import Scoped
from approvals.api.once import once
from approvals.models import Deputyship, Membership, User
from approvals.roles import Role
from approvals.scopes import Scope
from approvals.selectors.people import colleagues, deputisable, deputyships_of
from approvals.services import deputising
from perfgoals.api.paging import OldestFirst
from perfgoals.api.schema import documented


@documented(_("一项代理：谁在什么期间代谁的哪项任职。首尾两天都有效。"), e.DEPUTYSHIP)
class DeputyshipSerializer(serializers.ModelSerializer):
    """Who acts in whose membership, both days included."""

    role = serializers.ChoiceField(source="membership.role", choices=Role.choices)
    organisation = serializers.SerializerMethodField()
    holder_name = serializers.CharField(source="membership.user.full_name")
    deputy_name = serializers.CharField(source="deputy.full_name")

    class Meta:
        model = Deputyship
        fields = [
            "id", "membership", "role", "organisation", "holder_name", "deputy", "deputy_name",
            "valid_from", "valid_to", "reason",
        ]  # fmt: skip
        read_only_fields = fields

    def get_organisation(self, deputyship: Deputyship) -> str:
        """Where the role is held."""
        return str(deputyship.membership.organisation or "")


@documented(_("可以代理的一位同事。"), e.DEPUTISABLE["deputies"][0])
class ColleagueSerializer(serializers.ModelSerializer):
    """Somebody who may stand in."""

    class Meta:
        model = User
        fields = ["id", "username", "full_name"]
        read_only_fields = fields


@documented(_("本人的一项任职，及可以代理它的同事。"), e.DEPUTISABLE)
class DeputisableSerializer(serializers.ModelSerializer):
    """A membership of one's own that somebody may stand in for, and who may."""

    organisation = serializers.SerializerMethodField()
    deputies = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ["id", "role", "organisation", "deputies"]
        read_only_fields = fields

    def get_organisation(self, membership: Membership) -> str:
        """Where the role is held."""
        return str(membership.organisation or "")

    def get_deputies(self, membership: Membership) -> ColleagueSerializer(many=True):  # type: ignore[valid-type]
        """People of the same department or bureau."""
        return ColleagueSerializer(colleagues([membership]), many=True).data


@documented(_("指定代理：本人的哪项任职，由谁代理，从哪天到哪天（首尾两天都有效）。"), e.NEW_DEPUTY)
class NewDeputySerializer(serializers.Serializer):
    """Which membership, who, from when to when; whether he may is for the service to say."""

    membership = serializers.IntegerField(min_value=1, max_value=2**62, help_text=_("本人任职的编号"))
    deputy = serializers.IntegerField(min_value=1, max_value=2**62, help_text=_("代理人的编号"))
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


@extend_schema_view(
    list=extend_schema(
        summary=_("我的代理"), description=_("今天起有效或将要生效的代理：谁代理本人，本人代理谁。从最早指定的起。")
    )
)
class DeputyshipViewSet(mixins.ListModelMixin, Scoped):
    """One's own arrangements, as holder or as deputy."""

    queryset = Deputyship.objects.none()
    serializer_class = DeputyshipSerializer
    pagination_class = OldestFirst
    tag = _("代理")
    scopes = {"create": (Scope.PERSONAL,), "destroy": (Scope.PERSONAL,)}

    def get_queryset(self) -> Any:
        """Nobody else's."""
        return self.queryset if self.described else deputyships_of(self.user)

    @extend_schema(
        summary=_("可以交人代理的任职"),
        description=_("本人现有的任职及各项可选的代理人。系统管理员和审计的任职不能代理。一人的任职不多，不分页。"),
        responses=DeputisableSerializer(many=True),
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def memberships(self, request: Request) -> Response:
        """What one may hand on, and to whom."""
        return Response(DeputisableSerializer(deputisable(self.user), many=True).data)

    @extend_schema(
        summary=_("指定代理人"),
        description=_("指定同事在一段时间内代理本人的一项任职；双方和台账都有记录。代理得来的任职不能再交人代理。"),
        request=NewDeputySerializer,
        responses={201: DeputyshipSerializer},
    )
    @once
    def create(self, request: Request) -> Response:
        """Name a colleague."""
        read = self.read(NewDeputySerializer).validated_data
        made = deputising.name_deputy(
            self.user, read["membership"], read["deputy"], read["valid_from"], read["valid_to"], read["reason"]
        )
        return Response(DeputyshipSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("终止代理"),
        description=_("提前终止本人安排的或本人担任的代理，立即失效。"),
        request=None,
        responses={204: None},
    )
    @once
    def destroy(self, request: Request, pk: str) -> Response:
        """Holder or deputy ends it."""
        deputising.end(int(pk), self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
