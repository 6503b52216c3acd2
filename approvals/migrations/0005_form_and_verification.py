"""A region's own form and pattern of numbers; each approval remembers its form and has a verification code."""

from django.db import migrations, models

import approvals.models.organisation
import approvals.numbering

# Approvals may not be updated: the codes of those issued before come with the column.
CODES = """
ALTER TABLE approvals_approval ADD COLUMN verification_code varchar(20) NOT NULL
    DEFAULT upper(right(gen_random_uuid()::text, 12) || left(gen_random_uuid()::text, 8));
ALTER TABLE approvals_approval ALTER COLUMN verification_code DROP DEFAULT;
ALTER TABLE approvals_approval ADD CONSTRAINT approvals_approval_verification_code_key UNIQUE (verification_code);
CREATE INDEX approvals_approval_verification_code_like
    ON approvals_approval (verification_code varchar_pattern_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0004_review_guards")]

    operations = [
        migrations.AddField(
            model_name="bureau",
            name="number_pattern",
            field=models.CharField(
                default=approvals.numbering.DEFAULT_PATTERN,
                help_text="{word} 是文号代字，{year} 是年份，{serial} 是当年序号，例如“{word}〔{year}〕{serial}号”。",
                max_length=30,
                validators=[approvals.models.organisation.validate_number_pattern],
                verbose_name="文号格式",
            ),
        ),
        migrations.AddField(
            model_name="bureau",
            name="approval_form",
            field=models.CharField(
                choices=approvals.models.organisation.form_choices,
                default="shaoxing",
                help_text="今后发出的批复用这个格式；已经发出的不变。",
                max_length=20,
                verbose_name="批复文件格式",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="form",
            field=models.CharField(default="shaoxing", max_length=20, verbose_name="文件格式"),
        ),
        migrations.RunSQL(
            CODES,
            "ALTER TABLE approvals_approval DROP COLUMN verification_code",
            state_operations=[
                migrations.AddField(
                    model_name="approval",
                    name="verification_code",
                    field=models.CharField(
                        default=approvals.numbering.new_code, max_length=20, unique=True, verbose_name="验证码"
                    ),
                ),
            ],
        ),
    ]
