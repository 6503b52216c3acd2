"""Examples of the schema: one invented project, as it is filed, reviewed and approved."""

from typing import Any

FUNDING: list[dict[str, Any]] = [
    {"source": "一般公共预算", "amount": "100000.00"},
    {"source": "其他资金", "amount": "20000.00"},
]
INDICATORS: list[dict[str, Any]] = [
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "清淤河道长度",
        "value": "≥12",
        "unit": "公里",
        "weight": "20.00",
    },
    {"level1": "效益指标", "level2": "社会效益指标", "name": "沿岸居民满意度", "value": "≥90%"},
]
_READ = (("≥", "12.000000", "公里"), ("≥", "90.000000", "%"))
_EMPTY = {"nature": "", "weight": None, "description": "", "description_custom": "", "basis": "", "custom": False}

CONTENT: dict[str, Any] = {
    "code": "P-2027-018",
    "name": "河道清淤工程",
    "category": "特定目标类",
    "period": "2027年1月至12月",
    "goal": "清除淤积，恢复河道行洪能力。",
    "spending_plan": {"2027年6月": "50%"},
    "total": "120000.00",
    "funding": FUNDING,
    "indicators": INDICATORS,
}
NEW: dict[str, Any] = CONTENT | {"unit": 17, "fiscal_year": 2027}
REWRITE: dict[str, Any] = CONTENT | {"goal": "清除淤积，恢复河道行洪能力，汛期安全。", "seen": 3}

BUCKET: dict[str, Any] = {
    "key": "to_review",
    "label": "待审核",
    "count": 3,
    "mine": True,
    "oldest": "2026-11-12T09:20:00+08:00",
    "overdue": 1,
}
SUMMARY: dict[str, Any] = {"count": 3, "total": "360000.00", "buckets": [BUCKET]}
SAVED_FILTER: dict[str, Any] = {"id": 5, "name": "本年退回", "query": "bucket=returned&year=2027", "is_default": True}
LISTED: dict[str, Any] = {
    "id": 421,
    "fiscal_year": 2027,
    "kind": "annual",
    "version": 1,
    "state": "finance_review",
    "state_label": "财政审核中",
    "round": 1,
    "revision": 5,
    "code": "P-2027-018",
    "name": "河道清淤工程",
    "category": "特定目标类",
    "unit": 17,
    "unit_code": "301002",
    "unit_name": "市河道管理所",
    "department": 4,
    "department_name": "市水务局",
    "total": "120000.00",
    "major": False,
    "approval": None,
    "approval_number": None,
    "due_on": "2026-11-27",
    "submitted_at": "2026-11-12T09:30:00+08:00",
    "updated_at": "2026-11-13T16:02:11+08:00",
}
NOTE: dict[str, Any] = {
    "anchor": "indicators.1.value",
    "place": "第 2 个指标的指标值",
    "quoted": "≥90%",
    "text": "请说明满意度如何调查。",
    "round": 1,
    "author": "周审核",
    "created_at": "2026-11-13T16:02:11+08:00",
}
AMENDMENT: dict[str, Any] = {
    "anchor": "goal",
    "place": "绩效目标",
    "before": "清除淤积，恢复河道行洪能力。",
    "after": "清除淤积，恢复河道行洪能力，汛期安全。",
    "answer": "pending",
    "round": 1,
    "author": "周审核",
    "created_at": "2026-11-13T16:02:11+08:00",
    "answered_at": None,
}
REVIEW: dict[str, Any] = {
    "round": 1,
    "verb": "pass",
    "grade": "excellent",
    "points": "92.00",
    "answers": [],
    "reviewer": "周审核",
    "created_at": "2026-11-13T16:02:11+08:00",
}
DETAIL: dict[str, Any] = LISTED | {
    "change_reason": "",
    "change_evidence": "",
    "period": "2027年1月至12月",
    "purpose": "",
    "goal": "清除淤积，恢复河道行洪能力。",
    "long_term_goal": "",
    "spending_plan": {"2027年6月": "50%"},
    "multi_year_total": None,
    "funding": FUNDING,
    "indicators": [
        _EMPTY | row | {"comparator": sign, "number": number, "unit": unit, "place": ""}
        for row, (sign, number, unit) in zip(INDICATORS, _READ, strict=True)
    ],
    "verbs": [{"verb": "pass", "label": "财政审核通过", "to": "passed", "comment_required": False}],
    "taken_up_by": None,
    "taken_up_at": None,
    "late_permitted_by": None,
    "late_permitted_at": None,
    "notes": [NOTE],
    "amendments": [AMENDMENT],
    "reviews": [],
    "attachments": [],
    "department_goal": False,
    "itemised_goals": "",
    "measures": "",
}
STEP: dict[str, Any] = {
    "comment": "第 2 个指标请写明调查方式。",
    "reasons": [],
    "notes": [{"anchor": "indicators.1.value", "text": "请说明满意度如何调查。"}],
}
RECORD: dict[str, Any] = {
    "sequence": 1,
    "at": "2026-11-12T09:30:00+08:00",
    "verb": "submit",
    "from_state": "draft",
    "to_state": "submitted",
    "actor_username": "hedao",
    "actor_name": "李经办",
    "actor_organisation": "市河道管理所",
    "through": "接口令牌“夜间报送”",
    "comment": "",
    "reasons": [],
    "round": 1,
    "snapshot": {"name": "河道清淤工程"},
    "previous_hash": "",
    "hash": "6f1ed002ab5595859014ebf0951522d9a1c6d4b2f3c0a6a6f3d4c1b2e5f60718",
}
DIFFERENCE: dict[str, Any] = {
    "anchor": "goal",
    "was_at": "goal",
    "label": "绩效目标",
    "before": "清除淤积，恢复河道行洪能力。",
    "after": "清除淤积，恢复河道行洪能力，汛期安全。",
}
VERSION: dict[str, Any] = {
    "declaration": LISTED | {"id": 530, "kind": "adjustment", "version": 2, "state": "draft", "state_label": "待送审"},
    "change_reason": "汛期提前",
    "change_evidence": "市防汛指挥部通知",
    "compared_with": 421,
    "differences": [DIFFERENCE],
}
APPROVAL: dict[str, Any] = {
    "id": 33,
    "number": "云财绩〔2027〕12号",
    "title": "关于批复市水务局2027年项目绩效目标的通知",
    "date": "2027-01-20",
    "fiscal_year": 2027,
    "department": 4,
    "department_name": "市水务局",
    "bureau": 1,
    "approving_body": "云溪市财政局",
    "supplementary": False,
    "form": "standard",
    "verification_code": "7KQ2M9XWTR4H",
    "issued_at": "2027-01-20T10:00:00+08:00",
    "content_sha256": "6f1ed002ab5595859014ebf0951522d9a1c6d4b2f3c0a6a6f3d4c1b2e5f60718",
    "origin": "issued",
    "file_name": "",
    "file_sha256": "",
    "transmitted_at": None,
    "transmission_due": "2027-02-04",
}
ISSUE: dict[str, Any] = {
    "department": 4,
    "fiscal_year": 2027,
    "declarations": [421, 422],
    "date": "2027-01-20",
    "notes": "请各单位按批复的绩效目标执行。",
}
NOTICE: dict[str, Any] = {
    "id": 9001,
    "kind": "return",
    "title": "市水务局“河道清淤工程”已由周审核退回，现为被退回",
    "body": "市河道管理所　河道清淤工程",
    "path": "/declarations/421/",
    "created_at": "2026-11-13T16:02:11+08:00",
    "read_at": None,
}
ATTACHMENT: dict[str, Any] = {
    "id": 61,
    "name": "防汛通知.pdf",
    "size": 183204,
    "sha256": "6f1ed002ab5595859014ebf0951522d9a1c6d4b2f3c0a6a6f3d4c1b2e5f60718",
    "uploaded_by": "李经办",
    "uploaded_at": "2026-11-12T09:20:00+08:00",
}
BATCH: dict[str, Any] = {"declarations": [{"id": 421, "seen": 5}, {"id": 422, "seen": 3}], "partly": True}
BATCH_DONE: dict[str, Any] = {
    "done": [421],
    "refused": [
        {"id": 422, "code": "wrong_state", "detail": "“泵站维护”目前待送审，不能部门审核通过。", "problems": []}
    ],
}
FORESEEN: dict[str, Any] = {
    "going": [{"id": 421, "to": "finance_review", "comment_required": False}],
    "refused": BATCH_DONE["refused"],
}
WAITING: dict[str, Any] = {
    "department": 4,
    "department_name": "市水务局",
    "fiscal_year": 2027,
    "passed": 12,
    "under_way": 3,
}
COMPOSITION: dict[str, Any] = {
    "department": 4,
    "department_name": "市水务局",
    "fiscal_year": 2027,
    "ready": [
        {
            "id": 421,
            "state": "passed",
            "kind": "annual",
            "revision": 6,
            "code": "P-2027-018",
            "name": "河道清淤工程",
            "unit": 17,
            "unit_code": "301002",
            "unit_name": "市河道管理所",
            "total": "120000.00",
        }
    ],
    "barred": [],
    "under_way": [],
}
NEW_DEPUTY: dict[str, Any] = {
    "membership": 31,
    "deputy": 58,
    "valid_from": "2026-12-01",
    "valid_to": "2026-12-12",
    "reason": "出差",
}
DEPUTYSHIP: dict[str, Any] = NEW_DEPUTY | {
    "id": 7,
    "role": "department_reviewer",
    "organisation": "市水务局",
    "holder_name": "王审核",
    "deputy_name": "赵代理",
}
DEPUTISABLE: dict[str, Any] = {
    "id": 31,
    "role": "department_reviewer",
    "organisation": "市水务局",
    "deputies": [{"id": 58, "username": "shuiwu-daili", "full_name": "赵代理"}],
}
PACKAGE_LISTED: dict[str, Any] = {"id": 4, "code": "301", "name": "市水务局", "bureau": 1, "years": [2027, 2026]}
PACKAGE: dict[str, Any] = {
    "department": 4,
    "department_name": "市水务局",
    "fiscal_year": 2027,
    "units": [
        {
            "unit": 17,
            "code": "301002",
            "name": "市河道管理所",
            "missing": False,
            "complete": True,
            "with_unit": 0,
            "returned": 0,
            "waiting": 1,
            "sent_on": 2,
            "ready": [{"id": 421, "seen": 2}],
            "late": [],
        }
    ],
}
NEW_ENDPOINT: dict[str, Any] = {
    "name": "办公系统",
    "kind": "webhook",
    "url": "https://oa.example.org/hooks/perfgoals",
    "secret": "",
}
REGISTERED: dict[str, Any] = NEW_ENDPOINT | {"secret": "whsec_czAIcfRMFo58lJ3ix1DmDCybuP9TABfFomcjTpy0244="}
ENDPOINT: dict[str, Any] = {
    "id": 5,
    "name": "办公系统",
    "kind": "webhook",
    "host": "oa.example.org",
    "topics": ["return", "approval"],
    "active": True,
    "created_at": "2026-11-12T09:20:00+08:00",
}
SETTINGS: dict[str, Any] = {
    "mail": ["return", "approval", "reminder"],
    "endpoints": [{"id": 5, "topics": ["return", "approval"]}],
}
