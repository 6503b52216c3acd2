"""What an uploaded approval document became."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0009_outside"),
        ("ingest", "0002_amendments"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="approval",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="approvals.approval",
                verbose_name="批复",
            ),
        ),
    ]
