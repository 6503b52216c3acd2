"""That a department passed an approval on to its units; written once, like the approval."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER approvals_guard_transmission BEFORE UPDATE OR DELETE ON approvals_transmission
    FOR EACH ROW EXECUTE FUNCTION approvals_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0006_versions")]

    operations = [
        migrations.CreateModel(
            name="Transmission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="转下达时间")),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                (
                    "approval",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transmission",
                        to="approvals.approval",
                        verbose_name="批复",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="转下达人",
                    ),
                ),
            ],
            options={"verbose_name": "批复转下达", "verbose_name_plural": "批复转下达", "ordering": ["-at"]},
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER approvals_guard_transmission ON approvals_transmission"),
    ]
