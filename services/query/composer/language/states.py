"""States that things are in, in the words of both languages: what a status of one language is called in the other."""

from functools import cache

from services.query.composer.language.words import keys

_GROUPS = """
cancelled, canceled; 取消, 已取消
paid; 已支付, 已付款, 已付, 已缴费
unpaid; 未支付, 未付款, 待支付, 待付款, 未付
pending; 待处理, 待审核, 待定
delivered; 已送达, 已交付, 已签收
shipped; 已发货, 已发出
in transit; 在途, 运输中
lost; 丢失, 已丢失, 遗失
completed, complete, finished, done; 已完成, 已完结
closed; 已关闭, 已结案
active; 有效, 活跃, 启用, 在职
inactive; 无效, 停用, 不活跃
approved; 已批准, 已通过, 已审批
rejected, declined, denied; 已拒绝, 被拒绝, 拒绝, 被拒
refunded; 已退款
returned; 已退货, 已退回, 已归还
processing, in progress; 处理中, 进行中
confirmed; 已确认
booked, reserved; 已预约, 已预订
failed; 失败
succeeded, successful, success; 成功
draft; 草稿
expired; 已过期, 过期
resigned; 离职, 已离职
on leave; 休假, 请假
retired; 退休, 已退休
suspended; 暂停, 已暂停
blocked; 冻结, 已冻结, 封禁
overdue; 逾期, 已逾期
"""


@cache
def _other_words() -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in _GROUPS.strip().splitlines():
        english, han = (tuple(word.strip() for word in side.split(",")) for side in line.split(";"))
        found |= {keys(word): han for word in english} | {keys(word): english for word in han}
    return found


def states_like(value: str) -> tuple[str, ...]:
    """What a state is called in the other language; nothing of what is no state."""
    return _other_words().get(keys(value), ())
