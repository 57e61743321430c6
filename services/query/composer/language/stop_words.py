"""Words of both languages that say nothing by themselves."""

from functools import cache

from services.query.composer.language.words import keys

_STOP = """
a an the of in on at for that which who whose whom what where when how do does did be been being is are was were am
can could would should will i me my we us our you your he she they it its his her their them this these those please
show list give find return tell display get out all any there here as so than then such also along one some with by
from to into within among across during about and or if but only just both corresponding has have had having database
available total want know let see much many long ever s t value result record detail information data each
respectively different possible current existing exist various used belong made make held hold done go took take look
lookup describe provide compute calculate retrieve identify select question answer using based under not no up own
together well sort order full ones too still already yet currently actually located locate situated lives lived living
stay staying stays associated associate related relate called belongs belonging given gave gives assigned supplied
offered provided provides listed contained involved according grouped group because
"""
_STOP_HAN = (
    "的了是在有哪些个请问给出我们你他她它吗呢吧列找查询显示告诉看下一多少什么怎样那这并其都被把对于中里上为和与及或者所"
    "以应要想知道家位名条次架首只台张种类款间情况分别各每人时当则也就让而但如果共总"
)


@cache
def stop_keys() -> frozenset[str]:
    """Keys of tokens that carry no meaning of their own."""
    return frozenset(key for word in _STOP.split() for key in keys(word)) | frozenset(_STOP_HAN)
