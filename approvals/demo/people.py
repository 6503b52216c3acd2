"""Organisations and people of the demo city, as rows of the tables an installation begins with."""

BUREAU = {"区划代码": "990100", "财政局": "云溪市财政局", "文号代字": "云财绩"}

_UNITS = (
    ("301", "云溪市水务局", "301001", "云溪市水务局本级", "是"),
    ("301", "云溪市水务局", "301002", "云溪市河道管理所", "否"),
    ("301", "云溪市水务局", "301003", "云溪市水文监测站", "否"),
    ("415", "云溪市文化旅游局", "415001", "云溪市文化旅游局本级", "是"),
    ("415", "云溪市文化旅游局", "415002", "云溪市图书馆", "否"),
)
# Which of the bureau's divisions has which department.
_DIVISIONS = {"301": "农业农村科", "415": "教科文科"}
ORGANISATIONS = [
    BUREAU | {"部门代码": d, "部门名称": dn, "单位代码": u, "单位名称": un, "本级": own, "业务科室": _DIVISIONS[d]}
    for d, dn, u, un, own in _UNITS
]

# What the bureau's reviewers pick from 常用审核意见.
OPINIONS = (
    "目标与资金相匹配，同意。",
    "请补充测算依据。",
    "指标值偏低，请与往年完成情况核对。",
    "请把定性指标改为能够衡量的数值。",
    "请补充满意度指标。",
)

PASSWORD = "yunxi-2027"  # noqa: S105 - printed at every start of the trial; no real installation has these people

# Account, name, role, department, unit (or the bureau's division), who it is.
_PEOPLE = (
    ("shuiwu", "林晓溪", "单位经办人", "301", "", "水务局经办人：为本部门各单位填报、导入、送审"),
    ("hedao", "陈小河", "单位经办人", "301", "301002", "河道管理所经办人：只为本单位填报"),
    ("shuiwen", "何望舒", "单位经办人", "301", "301003", "水文监测站经办人；另外代理水务局审核人赵明川"),
    ("wenlv", "苏文远", "单位经办人", "415", "", "文化旅游局经办人"),
    ("shuiwu-shenhe", "赵明川", "部门审核人", "301", "", "水务局审核人：审核本部门各单位的申报"),
    ("wenlv-shenhe", "周清扬", "部门审核人", "415", "", "文化旅游局审核人"),
    ("caizheng", "钱守正", "财政审核人", "", "", "财政局审核人：审核各部门报来的申报"),
    ("caizheng-wen", "李知新", "财政审核人", "", "教科文科", "财政局教科文科审核人：只审核本科分管的文化旅游局"),
    ("pifu", "孙秉公", "批复人", "", "", "财政局批复人：编制并发出批复"),
    ("shenji", "严察", "审计", "", "", "审计：在管理后台查看一切，不能改动"),
    ("admin", "管维", "系统管理员", "", "", "系统管理员：在管理后台登记机构和人员，不办理业务"),
)
PEOPLE = [
    {
        "账号": username,
        "姓名": name,
        "邮箱": f"{username}@yunxi.invalid",
        "角色": role,
        "区划代码": "" if role == "系统管理员" else BUREAU["区划代码"],
        "部门代码": department,
        "单位代码": unit if unit.isdigit() else "",
        "业务科室": "" if unit.isdigit() else unit,
        "初始密码": PASSWORD,
    }
    for username, name, role, department, unit, _ in _PEOPLE
]

# Who stands in for whom, from the first start on.
DEPUTY, HOLDER, DAYS = "shuiwen", "shuiwu-shenhe", 60

# (user name, password, who it is), as the trial prints them.
ACCOUNTS = [(username, PASSWORD, f"{name}　{who}") for username, name, _, _, _, who in _PEOPLE]
