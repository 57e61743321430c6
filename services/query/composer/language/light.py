"""Words of Chinese that only lead from one thing to another: 持有年卡的会员 are those with the card."""

import re

_VERBS = (
    "工作 任职 担任 加入 参加 参与 持有 拥有 具有 办理 办的 购买 买 卖 售出 出售 下 属于 隶属 位于 处于 "
    "来自 居住 住 就读 就职 开设 教授 讲授 教 选修 选 学习 学 看 借 借阅 借走 借出 归还 发生 进行 接受 "
    "使用 用 支付 提交 签订 签署 提供 生产 制造 出版 发行 写 写的 创作 演 出演 主演 执导 拍摄 演唱 唱 "
    "负责 管理 领导 带领 举办 举行 召开 获得 得到 收到 得 达到 存在 包括 涉及 经过 流经 说 讲 送 送到 "
    "分配 分配到 安排 指定 绑定 "
    "住院 就诊 看病 看过 挂 挂号 预约 接诊 开 开的 开具 诊断 治疗 入住 退房 租 租用 租赁 养 饲养 打 打的 "
    "踢 效力 服务 供应 供货 下单 成交 注册 登记 录入 完成 通过 上 上的 授课 叫 叫做 称为 办 持 做 做的 "
    "有过 去过 过 了 着 曾 曾经 已经 已 均 都 还 仍 仍然 又 既 且 最终 谁 是谁 该 本 此 这个 那个 目前 "
    "现在 当前 现有 所有 全部 任何 任意 只 仅 名单 列表 信息 情况 具体 对应 相应 各自 一共 总共 门 项 笔 "
    "本书 份 场 所 部 篇 封 间 处 座 批 台 辆 架 艘 栋 头 件 支 户 款 届 趟 位 员 系统里 系统中 数据库中 "
    "数据库里 表中 表里 其中 当中 里面 请 请问 因为 由于 因"
)

_DONE = ("完成", "归还", "支付", "提交", "通过", "录入", "退房", "签订", "签署", "预约", "成交", "出版", "下单")
"""Behind a `not` or an `already`, or before 的, they say which rows are meant: 未完成 are those that are there, and not
done."""
_WHAT_IS_DONE = re.compile(rf"(?P<already>已经?)?(?:{'|'.join(_DONE)})(?P<of>的)?")
_COUNTERS = frozenset("门项笔份场所部篇封间处座批台辆架艘栋头件支户款届趟位员")
"""Two of them beside each other are a word of its own: 部门."""


def _words() -> tuple[str, ...]:
    return tuple(sorted(set(_VERBS.split()), key=len, reverse=True))


_WORDS = _words()
_LONGEST = len(_WORDS[0])
_SET = frozenset(_WORDS)


def lead(han: str, *, says_which: bool = False) -> set[int]:
    """The places in a run of Han characters that such words cover, the longest words first; none of what is done where
    that `says_which` things are meant."""
    said = _WHAT_IS_DONE.match(han)
    if said and (says_which or (said["already"] and said["of"])):
        return set()
    covered: set[int] = set()
    for length in range(_LONGEST, 0, -1):
        for first in range(len(han) - length + 1):
            places = range(first, first + length)
            if han[first : first + length] in _SET and covered.isdisjoint(places):
                covered.update(places)
    return covered - {
        at for first in range(len(han) - 1) if _COUNTERS.issuperset(han[first : first + 2]) for at in (first, first + 1)
    }
