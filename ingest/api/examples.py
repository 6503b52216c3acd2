"""Examples of the schema: one invented file, as it is read."""

from typing import Any

from approvals.api.examples import CONTENT

UPLOAD: dict[str, Any] = {
    "id": 88,
    "name": "2027年项目绩效目标.xlsx",
    "size": 48211,
    "sha256": "6f1ed002ab5595859014ebf0951522d9a1c6d4b2f3c0a6a6f3d4c1b2e5f60718",
    "same_as": None,
    "created_at": "2026-11-12T09:20:00+08:00",
    "state": "ready",
    "state_label": "待核对",
    "progress": 100,
    "done": 240,
    "whole": 240,
    "attempts": 1,
    "fiscal_year": 2027,
    "bureau": 1,
    "department": 4,
    "approval": None,
    "problems": [],
}
_FOUND: dict[str, Any] = {
    "code": "AMOUNT",
    "severity": "error",
    "message": "Sheet1!F7 这一格不是可用的金额：“约12万”",
    "place": "Sheet1!F7",
    "field": "总额",
    "found": "约12万",
    "expected": "数字金额",
    "fix": "请填写数字金额",
}
PROBLEM: dict[str, Any] = _FOUND | {
    "id": "3f9c2a1b77e0",
    "source": "reading",
    "position": 1,
    "row": None,
    "key": "total",
    "choices": [{"key": "leave_out", "label": "不导入这个项目"}],
}
PREVIEW: dict[str, Any] = {
    "document": {
        "title": "2027年项目绩效目标表",
        "fiscal_year": 2027,
        "department": "市水务局",
        "approving_body": None,
        "approval_date": None,
        "approval_number": None,
        "money_unit": "万元",
        "layout": "flat",
        "layout_score": 0.97,
    },
    "projects": [
        {
            "department": "市水务局",
            "unit_code": "301002",
            "unit_name": "市河道管理所",
            "code": CONTENT["code"],
            "name": CONTENT["name"],
            "category": CONTENT["category"],
            "total": "120000.00",
            "multi_year_total": None,
            "funding": {"一般公共预算": "100000.00", "其他资金": "20000.00"},
            "purpose": None,
            "goal": CONTENT["goal"],
            "long_term_goal": None,
            "spending_plan": {},
            "place": "Sheet1!A7",
            "indicators": [
                {
                    "level1": "产出指标",
                    "level2": "数量指标",
                    "name": "清淤河道长度",
                    "value": "≥12公里",
                    "comparator": "≥",
                    "number": "12",
                    "unit": "公里",
                    "nature": None,
                    "weight": None,
                    "description": None,
                    "description_custom": None,
                    "basis": None,
                    "custom": False,
                    "place": "Sheet1!G7",
                }
            ],
        }
    ],
    "problems": [_FOUND],
}
AMENDMENT: dict[str, Any] = {
    "id": 5,
    "kind": "correction",
    "position": 1,
    "row": None,
    "field": "total",
    "label": "总额",
    "place": "Sheet1!F7",
    "found": "约12万",
    "made": "120000",
    "by": "李经办",
    "at": "2026-11-12T09:31:00+08:00",
}
SURVEY: dict[str, Any] = {
    "hints": {},
    "tables": [
        {
            "label": "Sheet1",
            "place": "Sheet1!A1",
            "rows": [["单位", "项目名称"], ["市河道管理所", "河道清淤工程"]],
            "width": 2,
            "header": [0, 0],
            "columns": {"0": "unit_name", "1": "name"},
            "length": 2,
        }
    ],
    "labels": [],
    "found": ["单位名称", "项目名称"],
    "count": 1,
}

_PAIR: dict[str, Any] = {
    "position": 2,
    "name": "河道巡查",
    "place": "批复表!B14",
    "declaration": 421,
    "state": "passed",
    "by": "项目名称",
    "differences": [
        {
            "label": "第 1 条指标 指标值",
            "anchor": "indicators.1.value",
            "before": "≥12公里",
            "after": "≥20公里",
            "place": "批复表!I15",
        }
    ],
    "bar": "",
}
COMPARED: dict[str, Any] = {
    "department": 4,
    "fiscal_year": 2027,
    "number": "云财绩〔2027〕8号",
    "date": "2027-01-20",
    "comparison": {
        "seen": "0f3a",
        "equal": [],
        "different": [_PAIR],
        "barred": [],
        "others": [],
        "unclear": [],
        "additional": [],
        "missing": [430],
    },
    "history": None,
}
CONFIRM: dict[str, Any] = {"seen": "0f3a", "adopt": [2], "partly": False}
UNKNOWN_UNIT: dict[str, Any] = {
    "code": "",
    "name": "河道管理处",
    "count": 3,
    "candidates": [{"id": 17, "code": "301002", "name": "市河道管理所"}],
}
