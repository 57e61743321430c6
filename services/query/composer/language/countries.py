"""Countries as data and people write them: by codes, by names in both languages, by the word for who is from there."""

_COUNTRIES = (
    "ar arg, argentina, argentinian, argentine, 阿根廷", "at aut, austria, austrian, 奥地利",
    "au aus, australia, australian, 澳大利亚, 澳洲", "be bel, belgium, belgian, 比利时",
    "br bra, brazil, brazilian, 巴西",
    "ca can, canada, canadian, 加拿大", "ch che, switzerland, swiss, 瑞士", "cl chl, chile, chilean, 智利",
    "cn chn, china, chinese, 中国", "cz cze, czech republic, czechia, czech, 捷克", "de deu, germany, german, 德国",
    "dk dnk, denmark, danish, 丹麦", "eg egy, egypt, egyptian, 埃及", "es esp, spain, spanish, 西班牙",
    "fi fin, finland, finnish, 芬兰", "fr fra, france, french, 法国",
    "gb gbr, united kingdom, uk, great britain, britain, british, 英国", "gr grc, greece, greek, 希腊",
    "hu hun, hungary, hungarian, 匈牙利", "id idn, indonesia, indonesian, 印度尼西亚, 印尼",
    "ie irl, ireland, irish, 爱尔兰", "in ind, india, indian, 印度", "it ita, italy, italian, 意大利",
    "jp jpn, japan, japanese, 日本", "kr kor, south korea, korea, korean, 韩国", "mx mex, mexico, mexican, 墨西哥",
    "my mys, malaysia, malaysian, 马来西亚", "ng nga, nigeria, nigerian, 尼日利亚", "nl nld, netherlands, dutch, 荷兰",
    "no nor, norway, norwegian, 挪威", "nz nzl, new zealand, 新西兰", "pl pol, poland, polish, 波兰",
    "pt prt, portugal, portuguese, 葡萄牙", "ro rou, romania, romanian, 罗马尼亚", "ru rus, russia, russian, 俄罗斯",
    "se swe, sweden, swedish, 瑞典", "sg sgp, singapore, singaporean, 新加坡", "th tha, thailand, thai, 泰国",
    "tr tur, turkey, turkish, 土耳其", "ua ukr, ukraine, ukrainian, 乌克兰",
    "us usa, united states, usa, us, united states of america, america, american, 美国",
    "vn vnm, vietnam, vietnamese, 越南",
    "za zaf, south africa, south african, 南非", ", england, english", ", scotland, scottish", ", wales, welsh",
    ", europe, european, 欧洲", ", asia, asian, 亚洲", ", africa, african, 非洲",
)  # fmt: skip
_SPLIT = [(codes.split(), names.split(", ")) for codes, _, names in (line.partition(", ") for line in _COUNTRIES)]
_NAMES_OF_CODE = {code: tuple(names) for codes, names in _SPLIT for code in codes}
_OTHER_NAMES = {
    called: tuple(name for name in names if name != called)
    for codes, names in _SPLIT
    for called in (*names, *codes[1:])
}
_SAY_COUNTRY = frozenset({"country", "nation", "nationality", "ctry", "cntry"})


def names_of_country(value: str, column: tuple[str, ...], comment: str) -> tuple[str, ...]:
    """Other names of the country that a value is, with the word for who is from there.

    A code is one only where the words of the `column` or its `comment` speak of countries.
    """
    said = value.strip().lower()
    if said in _NAMES_OF_CODE and (_SAY_COUNTRY.intersection(column) or "国" in comment):
        return _NAMES_OF_CODE[said]
    return _OTHER_NAMES.get(said, ())
