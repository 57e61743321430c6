"""What happens at a date, in the words that people have for it: `checked in`, `check-in`, `arrival`, 入住."""

from functools import cache

from services.query.composer.language.words import keys

_GROUPS = """
arrival, 到达, arrive
departure, 出发, depart
sign-up, 注册, sign up, signup, register, registration, join, enroll, enrol, enrolment, 加入, 登记
order, 下单, place, purchase, buy, bought, 订购, 购买
booking, 预订, book, reserve, reservation, 预定
creation, 创建, create, make, made, enter, insert, 新建, 建立, 生成, 录入
check-in, 入住, check in, checkin, arrive, arrival, 到店, 抵店
check-out, 退房, check out, checkout, depart, departure, leave, left, 离店
cancellation, 取消, cancel
payment, 付款, pay, paid, settle, 支付, 缴费
refund, 退款
shipping, 发货, ship, shipment, dispatch, send, sent, 寄出
delivery, 送达, deliver, 交付, 收货
return, 归还, 退货
birth, 出生, born, birthday, birthdate, dob, 生日
hire, 入职, hiring, employ, join, 聘用
leaving, 离职, leave, left, quit, resign, resignation
opening, 开启, open, 开业, 开张
closing, 关闭, close, closure, 停业
posting, 发布, post, publish, publication, release, 发表, 出版, 上映
update, 更新, modify, edit, 修改
issue, 开具, invoice, 开票
due, 到期, expire, expiry, expiration
start, 开始, begin, began, begun
end, 结束, finish, complete, completion, 完成
admission, 入院, admit
discharge, 出院
submission, 提交, submit
approval, 批准, approve, 审批
death, 去世, die, died
founding, 成立, found, establish, establishment
"""
"""Of each, first what its date is called in either language; of several that a column may be of, the first counts."""
UNDONE = (
    "paid", "sold", "sent", "read", "signed", "assigned", "shipped", "delivered", "confirmed", "approved", "resolved",
    "returned", "answered", "settled", "billed", "booked", "refunded", "published", "completed", "finished", "opened",
    "closed", "reviewed", "registered", "scheduled",
)  # fmt: skip
"""What stands behind the `un` of what has not happened: `unpaid`."""
CREATION = 5
"""The making of a row, which the name of its table may tell as well: an order is placed, a booking made."""
DATE_WORDS = ("date", "time", "day", "日期", "时间", "日")
_TECHNICAL = frozenset({"dt", "at", "on", "ts", "date", "time", "day", "datetime", "timestamp", "utc"})
_ENDINGS = ("ings", "ing", "ed", "es", "e", "s")
_SHORTEST_STEM = 3


def stem(word: str) -> str:
    """What the forms of a regular verb have in common: of `booked` and `bookings` it is `book`."""
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _SHORTEST_STEM), "")
    left = word.removesuffix(ending) if word.isascii() else word
    return left[:-1] if len(left) > _SHORTEST_STEM and left[-1:] == left[-2:-1] and left.isascii() else left


def joined(words: tuple[str, ...]) -> str:
    """Words as one, in their stems: `signed up`, `sign-up` and `signup` are the same."""
    return "".join(stem(word) for word in words)


def event_words(name: str) -> tuple[str, ...]:
    """The words of a date column that tell what happened: `checkin` of checkin_dt."""
    return tuple(word for word in keys(name) if word not in _TECHNICAL)


@cache
def told_by(said: str) -> frozenset[int]:
    """What happened, by the joined stems of words that say so."""
    return frozenset(at for at, words in enumerate(groups()) if said in {joined(keys(word)) for word in words})


@cache
def groups() -> tuple[tuple[str, ...], ...]:
    """Words for one happening each; the first is English, the second Chinese."""
    return tuple(tuple(word.strip() for word in line.split(",")) for line in _GROUPS.strip().splitlines())
